import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../awsError.ts';
import type { Faults } from '../faults.ts';
import type { Caller } from '../identity.ts';
import { authenticate } from '../securityTokens.ts';
import { send } from '../send.ts';
import type { Protocol } from '../service.ts';
import { newRequestId, type World } from '../world.ts';
import { type Answer, Unreadable } from './answers.ts';
import { answerJson, refuseJson } from './json.ts';
import { answerQuery, refuseQuery } from './query.ts';
import { type Routed, route } from './routing.ts';
import { readSignature, type SignedRequest } from './signature.ts';

export interface HttpRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly sourceIp: string;
}

/** One HTTP request, read, done and answered. Rejects when the caller is to get no answer. */
export async function answer(
  world: World,
  faults: Faults,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const requestId = newRequestId(world);
  const signature = readSignature(request.headers);
  try {
    const routed = route(world, request, signature);
    const caller = callerOf(world, signature, routed, request, requestId);
    if (caller instanceof AwsError) return refuse(routed.service.protocol, caller, requestId);
    const outcome = await send(
      world,
      faults,
      {
        service: routed.service.name,
        operation: routed.operation,
        input: routed.input,
        caller,
        requestId,
        ...(signature === undefined ? {} : { region: signature.region }),
        userAgent: userAgentOf(request.headers),
        sourceIp: caller.sourceIp ?? request.sourceIp,
      },
      signal,
    );
    return outcome.ok
      ? accept(routed, outcome.output, requestId)
      : refuse(routed.service.protocol, outcome.error, requestId);
  } catch (error) {
    if (error instanceof Unreadable) return refuseUnread(request.headers, error, requestId);
    throw error;
  }
}

function callerOf(
  world: World,
  signature: SignedRequest | undefined,
  { service, operation, input }: Routed,
  { headers }: HttpRequest,
  requestId: string,
): Caller | AwsError {
  try {
    return authenticate(world, signature, service.protocol.kind);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    world.journal.add({
      at: world.clock.now(),
      service: service.name,
      operation,
      readOnly: service.operations.get(operation)?.readOnly ?? true,
      region: signature?.region ?? '',
      userAgent: userAgentOf(headers),
      requestId,
      input,
      result: { kind: 'Refused', error },
    });
    return error;
  }
}

function userAgentOf(headers: IncomingHttpHeaders): string {
  return headers['user-agent'] ?? '';
}

function accept(
  { service, operation }: Routed,
  output: Parameters<typeof answerJson>[1],
  id: string,
): Answer {
  const { protocol } = service;
  return protocol.kind === 'query'
    ? answerQuery(protocol, operation, output, id)
    : answerJson(protocol, output, id);
}

function refuse(protocol: Protocol, error: AwsError, requestId: string): Answer {
  return protocol.kind === 'query'
    ? refuseQuery(protocol, error, requestId)
    : refuseJson(protocol, error, requestId);
}

function refuseUnread(headers: IncomingHttpHeaders, error: Unreadable, requestId: string): Answer {
  const refusal = new AwsError(error.code, error.message, { status: error.status });
  const protocol: Protocol =
    headers['x-amz-target'] === undefined
      ? { kind: 'query', apiVersion: '', namespace: 'http://webservices.amazon.com/AWSFault/2005-15-09' }
      : { kind: 'json', version: '1.1', targetPrefix: '', messageMember: 'message' };
  return refuse(protocol, refusal, requestId);
}

import { AwsError } from './awsError.ts';
import { allowEverything, allows, type Caller, type Statement } from './identity.ts';
import { findProblem, optionalText } from './inputs.ts';
import type { JournalResult } from './journal.ts';
import { homeRegion } from './partitions.ts';
import { type ApiCallRecord, recordedMembers } from './records.ts';
import type { Call, Members, Operation, Service } from './service.ts';
import { newRequestId, type World } from './world.ts';

export interface Request {
  /** Signing name, for example `organizations`. */
  readonly service: string;
  readonly operation: string;
  readonly input?: Members;
  readonly caller: Caller;
  readonly region?: string;
  readonly userAgent?: string;
  readonly sourceIp?: string;
  readonly requestId?: string;
  readonly signal?: AbortSignal;
  /** Not counted against the rates. */
  readonly unthrottled?: boolean;
  /** This answer, instead of doing it. */
  readonly refuseWith?: AwsError;
  /** The answer will not reach the caller. */
  readonly answerLost?: boolean;
}

export type Outcome =
  | { readonly ok: true; readonly output: Members; readonly requestId: string }
  | { readonly ok: false; readonly error: AwsError; readonly requestId: string };

/**
 * One call from beginning to end, without sockets: rates, permissions, input, the operation itself, the record and
 * the journal. A promise only for operations that wait by nature.
 */
export function dispatch(world: World, request: Request): Outcome | Promise<Outcome> {
  const { service, operation } = find(world, request);
  const consequences: (() => void)[] = [];
  const call = begin(world, request, service, consequences);
  const settle = (outcome: Outcome): Outcome => {
    finish(world, request, call, operation, outcome);
    for (const consequence of consequences) consequence();
    return outcome;
  };
  const refuse = (error: unknown): Outcome => {
    if (!(error instanceof AwsError)) throw error;
    return settle({ ok: false, error, requestId: call.requestId });
  };
  try {
    admit(world, request, call, operation);
    const output = operation.handle(call);
    if (output instanceof Promise) {
      return output.then(
        (members) => settle({ ok: true, output: members ?? {}, requestId: call.requestId }),
        refuse,
      );
    }
    return settle({ ok: true, output: output ?? {}, requestId: call.requestId });
  } catch (error) {
    return refuse(error);
  }
}

/** The same for operations that answer at once. */
export function callNow(world: World, request: Request): Outcome {
  const outcome = dispatch(world, request);
  if (outcome instanceof Promise) throw new TypeError(`${request.operation} waits; use the asynchronous way`);
  return outcome;
}

function find(world: World, request: Request): { service: Service; operation: Operation } {
  const service = world.services.get(request.service);
  if (service === undefined) throw new TypeError(`no service ${request.service}`);
  const operation = service.operations.get(request.operation);
  if (operation === undefined) throw new TypeError(`no operation ${request.service}:${request.operation}`);
  return { service, operation };
}

function begin(world: World, request: Request, service: Service, consequences: (() => void)[]): Call {
  const { caller } = request;
  return {
    service,
    operation: request.operation,
    input: request.input ?? {},
    caller,
    region: request.region ?? 'us-east-1',
    userAgent: request.userAgent ?? caller.userAgent ?? caller.invokedBy ?? 'unknown',
    sourceIp: request.sourceIp ?? caller.sourceIp ?? caller.invokedBy ?? '198.51.100.7',
    requestId: request.requestId ?? newRequestId(world),
    now: world.clock.now(),
    signal: request.signal,
    afterwards: (consequence) => void consequences.push(consequence),
  };
}

function admit(world: World, request: Request, call: Call, operation: Operation): void {
  if (request.refuseWith) throw request.refuseWith;
  if (!request.unthrottled) call.service.admit?.(call);
  if (!operation.open) authorize(world, call);
  const problem = operation.input && findProblem(operation.input, call.input);
  if (problem) throw call.service.invalid(problem);
}

function authorize(world: World, call: Call): void {
  // SQS has one permission for a call and its batch (SQS developer guide, "Amazon SQS API permissions").
  const action = `${call.service.name}:${call.operation.replace(/Batch$/, '')}`;
  const principal = optionalText(call.input, 'ServicePrincipal');
  const account = optionalText(call.input, 'AccountId');
  if (allows(statementsOf(world, call.caller), action, principal, account)) return;
  const { arn } = call.caller;
  throw call.service.denied(
    `User: ${arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  );
}

/** What the caller may do now: policies are read when the call is made, as a role may lose a permission any time. */
export function statementsOf(world: World, caller: Caller): readonly Statement[] {
  const account = world.state.accounts.get(caller.accountId);
  if (caller.type === 'AssumedRole') {
    const issuer = caller.sessionIssuer;
    return (issuer && account?.roles.get(issuer.userName)?.statements) ?? [];
  }
  if (caller.type === 'IAMUser') return account?.users.get(caller.userName ?? '')?.statements ?? [];
  return allowEverything;
}

function finish(world: World, request: Request, call: Call, operation: Operation, outcome: Outcome): void {
  if (!operation.unrecorded) world.records.publish(recordOf(world, call, operation, outcome));
  world.journal.add({
    at: call.now,
    service: call.service.name,
    operation: call.operation,
    readOnly: operation.readOnly,
    caller: call.caller,
    region: call.region,
    userAgent: call.userAgent,
    requestId: call.requestId,
    input: call.input,
    result: journalResult(outcome, request.answerLost),
  });
}

function journalResult(outcome: Outcome, lost: boolean | undefined): JournalResult {
  if (lost) return { kind: 'Lost', applied: outcome.ok };
  return outcome.ok
    ? { kind: 'Answered', output: outcome.output }
    : { kind: 'Refused', error: outcome.error };
}

function recordOf(world: World, call: Call, operation: Operation, outcome: Outcome): ApiCallRecord {
  return {
    kind: 'AwsApiCall',
    time: call.now,
    eventName: call.operation,
    eventSource: call.service.eventSource,
    account: call.caller.accountId,
    region: recordingRegion(world, call),
    readOnly: operation.readOnly,
    caller: call.caller,
    sourceIp: call.sourceIp,
    userAgent: call.userAgent,
    requestId: call.requestId,
    requestParameters: recordedMembers(call.input),
    responseElements: outcome.ok && !operation.readOnly ? recordedMembers(outcome.output) : null,
    ...(outcome.ok ? {} : { errorCode: outcome.error.code, errorMessage: outcome.error.message }),
  };
}

function recordingRegion(world: World, call: Call): string {
  if (!call.service.global) return call.region;
  return homeRegion(world.state.accounts.get(call.caller.accountId)?.partition ?? 'aws');
}

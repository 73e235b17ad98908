import type { AwsError } from '../awsError.ts';
import { isList } from '../records.ts';
import type { Members, Protocol, Value } from '../service.ts';
import { type Answer, Unreadable } from './answers.ts';

type JsonProtocol = Protocol & { kind: 'json' | 'rest' };

/** Body of a request; an empty one means no members. */
export function readJson(body: string): Members {
  if (body.trim() === '') return {};
  const parsed = parse(body);
  if (typeof parsed !== 'object' || parsed === null || isList(parsed) || parsed instanceof Date) {
    throw new Unreadable('SerializationException', 'The request body must be a JSON object.');
  }
  return parsed;
}

function parse(body: string): Value {
  try {
    return JSON.parse(body);
  } catch {
    throw new Unreadable('SerializationException', 'The request body is not valid JSON.');
  }
}

export function answerJson(protocol: JsonProtocol, output: Members, requestId: string): Answer {
  const body = Object.keys(output).length === 0 ? '{}' : JSON.stringify(onWire(output));
  return { status: 200, headers: headersOf(protocol, requestId), body };
}

export function refuseJson(protocol: JsonProtocol, error: AwsError, requestId: string): Answer {
  const { queryCode } = error;
  return {
    status: error.status,
    headers: {
      ...headersOf(protocol, requestId),
      'x-amzn-ErrorType': error.code,
      ...(queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};Sender` }),
    },
    body: JSON.stringify(onWire({ ...messageOf(protocol, error), ...error.members })),
  };
}

function messageOf(protocol: JsonProtocol, { code, message }: AwsError): Members {
  return protocol.kind === 'rest' ? { message } : { __type: code, [protocol.messageMember]: message };
}

function headersOf(protocol: JsonProtocol, requestId: string): Record<string, string> {
  const type = protocol.kind === 'rest' ? 'json' : `x-amz-json-${protocol.version}`;
  return { 'content-type': `application/${type}`, 'x-amzn-RequestId': requestId };
}

/** Times are seconds since the epoch. */
function onWire(value: Value): Value {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (isList(value)) return value.map(onWire);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, onWire(member)]])),
  );
}

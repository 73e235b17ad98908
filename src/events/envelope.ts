import type { Evidence } from '../controller/ports.ts';
import { services } from '../crds/services.ts';
import {
  type Heartbeat,
  heartbeatDetailType,
  operatorSource,
  parseHeartbeat,
} from '../eventFormat/heartbeatEvent.ts';
import {
  cloudTrailDetailTypes,
  type SubscribedEvent,
  subscribedEventSource,
  subscribedSource,
} from '../eventFormat/subscribedEvents.ts';
import { asObject, type Json, matchAt, objectAt, textAt } from '../text/json.ts';
import { actorOf } from './actor.ts';
import { addressOf } from './callerTools.ts';
import { isFollowUp } from './followUps.ts';
import { unwrap, wrappings } from './wrapping.ts';

/** Why a message says nothing to the operator. It is counted by this and deleted. */
export const ignoredReasons = [
  'TooBig',
  'NotJson',
  'NotAnObject',
  'NoSource',
  'OtherSource',
  'OtherDetailType',
  'NoDetail',
  'UnknownName',
  'NoEventId',
  'NoAccount',
  'BadHeartbeat',
  ...wrappings,
] as const;
export type IgnoredReason = (typeof ignoredReasons)[number];

/** How the caller looked to AWS: enough to recognise the operator's own calls. */
export interface CallMarks {
  readonly requestId?: string;
  readonly callerArn?: string;
  readonly issuerArn?: string;
  readonly userAgent?: string;
}

/** Something changed, or is said to: a hint to look again and a testimony of who did what. Never the state. */
export interface Change extends SubscribedEvent {
  readonly kind: 'Change';
  readonly eventId: string;
  /** Of the envelope: the account whose trail it was, for Organizations the management account. */
  readonly managementAccountId: string;
  /** Service principal it is about. */
  readonly principal?: string;
  /** Member account it is about. */
  readonly accountId?: string;
  /** Epoch milliseconds; CloudTrail knows whole seconds. Never later than it was heard. */
  readonly at: number;
  readonly evidence: Evidence;
  readonly marks: CallMarks;
}

export type ParsedMessage =
  | Change
  | { readonly kind: 'Heartbeat'; readonly heartbeat: Heartbeat }
  /** A call or an undertaking that failed: it changed nothing. */
  | {
      readonly kind: 'Failed';
      readonly eventId: string;
      readonly eventName: string;
      readonly errorCode: string;
    }
  | { readonly kind: 'Ignored'; readonly reason: IgnoredReason };

/** Characters. A CloudTrail event is at most 256 KB; the envelope adds little. */
const longestBody = 512 * 1024;
const account = /^\d{12}$/;
const principalForm = /^[\w+=,.@-]{1,128}$/;

const ignored = (reason: IgnoredReason): ParsedMessage => ({ kind: 'Ignored', reason });

/** Reads the body of a queue message. Never throws; every input is one of the four kinds. `heardAt`: epoch milliseconds. */
export function parseMessage(body: string, receivedAt: number): ParsedMessage {
  if (body.length > longestBody) return ignored('TooBig');
  const unwrapped = unwrap(body);
  if (unwrapped.kind === 'Wrapped') return ignored(unwrapped.wrapping);
  if (unwrapped.value === undefined) return ignored('NotJson');
  const json = asObject(unwrapped.value);
  return json === undefined ? ignored('NotAnObject') : parseEnvelope(json, receivedAt);
}

function parseEnvelope(envelope: Json, receivedAt: number): ParsedMessage {
  const source = envelope['source'];
  if (typeof source !== 'string' || source === '') return ignored('NoSource');
  if (source === operatorSource) return parseOwnEvent(envelope);
  const received = subscribedSource(source);
  if (received === undefined) return ignored('OtherSource');
  const types: readonly unknown[] = cloudTrailDetailTypes;
  if (!types.includes(envelope['detail-type'])) return ignored('OtherDetailType');
  const record = asObject(envelope['detail']);
  if (record === undefined) return ignored('NoDetail');
  return parseRecord(record, envelope, receivedAt);
}

function parseOwnEvent(envelope: Json): ParsedMessage {
  if (envelope['detail-type'] !== heartbeatDetailType) return ignored('OtherDetailType');
  const heartbeat = parseHeartbeat(envelope);
  return heartbeat === undefined ? ignored('BadHeartbeat') : { kind: 'Heartbeat', heartbeat };
}

/**
 * Reads a CloudTrail record, as an event carries it in `detail` and LookupEvents gives it bare. `source` tells which of
 * the two ways it was heard.
 */
export function parseRecord(
  record: Json,
  envelope: Json,
  receivedAt: number,
  source: Evidence['source'] = 'Event',
): ParsedMessage {
  const eventSource = record['eventSource'];
  const received = typeof eventSource === 'string' ? subscribedEventSource(eventSource) : undefined;
  if (received === undefined) return ignored('OtherSource');
  const name = record['eventName'];
  const event = typeof name === 'string' ? received.events.get(name) : undefined;
  if (event === undefined) return ignored('UnknownName');
  const eventId = textAt(record, 'eventID', 256) ?? textAt(envelope, 'id', 256);
  if (eventId === undefined) return ignored('NoEventId');
  const errorCode = errorOf(record);
  if (errorCode !== undefined) return { kind: 'Failed', eventId, eventName: event.eventName, errorCode };
  const managementAccountId =
    matchAt(envelope, 'account', account) ?? matchAt(record, 'recipientAccountId', account);
  if (managementAccountId === undefined) return ignored('NoAccount');
  const at = timeOf(record, envelope, receivedAt);
  return {
    kind: 'Change',
    ...event,
    eventId,
    managementAccountId,
    ...subjectOf(event, record),
    at,
    evidence: {
      eventId,
      at,
      ...actorOf(record),
      ...sourceIpOf(record),
      source,
      ...(isFollowUp(event.eventName) && { isFollowUp: true as const }),
    },
    marks: marksOf(record),
  };
}

/** The `errorCode` of a call, or the reason an undertaking such as CreateAccount ended in failure. */
function errorOf(record: Json): string | undefined {
  const code = textAt(record, 'errorCode', 256);
  if (code !== undefined) return code;
  const details = objectAt(record, 'serviceEventDetails');
  for (const member of ['createAccountStatus', 'closeAccountStatus']) {
    const status = objectAt(details, member);
    if (status['state'] === 'FAILED') return textAt(status, 'failureReason', 256) ?? 'FAILED';
  }
  return undefined;
}

function timeOf(record: Json, envelope: Json, receivedAt: number): number {
  const reported = [record['eventTime'], envelope['time']]
    .map((time) => (typeof time === 'string' && time.length <= 64 ? Date.parse(time) : Number.NaN))
    .find((time) => !Number.isNaN(time));
  return Math.min(reported ?? receivedAt, receivedAt);
}

function subjectOf(event: SubscribedEvent, record: Json): Pick<Change, 'principal' | 'accountId'> {
  const parameters = objectAt(record, 'requestParameters');
  const principal = principalOf(event, parameters);
  const accountId = matchAt(parameters, 'accountId', account) ?? accountInDetails(record);
  return {
    ...(principal === undefined ? {} : { principal }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}

function principalOf({ concern }: SubscribedEvent, parameters: Json): string | undefined {
  switch (concern) {
    case 'Principal':
      return matchAt(parameters, 'servicePrincipal', principalForm);
    case 'IdentityCenter':
      return 'sso.amazonaws.com';
    case 'ServiceName':
      // The first letter of AWSServiceName alone is in lower case.
      return matchAt(parameters, 'aWSServiceName', principalForm);
    case 'RoleName': {
      const role = textAt(parameters, 'roleName', 128);
      return services.find(({ serviceLinkedRole }) => role !== undefined && serviceLinkedRole === role)
        ?.principal;
    }
    default:
      return undefined;
  }
}

/** Service events tell the account in `serviceEventDetails`, at the top or in the one object inside. */
function accountInDetails(record: Json): string | undefined {
  const details = objectAt(record, 'serviceEventDetails');
  const inside = Object.values(details).slice(0, 16).map(asObject);
  for (const json of [details, ...inside]) {
    const found = json && matchAt(json, 'accountId', account);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sourceIpOf(record: Json): Pick<Evidence, 'sourceIp'> {
  const sourceIp = addressOf(record);
  return sourceIp === undefined ? {} : { sourceIp };
}

function marksOf(record: Json): CallMarks {
  const identity = objectAt(record, 'userIdentity');
  const issuer = objectAt(objectAt(identity, 'sessionContext'), 'sessionIssuer');
  const marks = {
    requestId: textAt(record, 'requestID', 128),
    callerArn: textAt(identity, 'arn', 2048),
    issuerArn: textAt(issuer, 'arn', 2048),
    userAgent: textAt(record, 'userAgent', 1024),
  };
  return Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark !== undefined));
}

import { hash } from 'node:crypto';
import type { Caller } from '../identity.ts';
import { type ApiCallRecord, type CloudRecord, isList, type ServiceEventRecord } from '../records.ts';
import type { Value } from '../service.ts';
import { toSecond } from './cloudEvent.ts';
import type { Json, JsonObject } from './json.ts';

/** One record as CloudTrail writes it ("CloudTrail record contents", CloudTrail User Guide). */
export interface TrailRecord {
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly account: string;
  readonly region: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly readOnly: boolean;
  readonly kind: CloudRecord['kind'];
  readonly caller: Caller | undefined;
  readonly accessKeyId: string | undefined;
  readonly json: JsonObject;
}

export function trailRecord(record: CloudRecord, eventId: string): TrailRecord {
  const caller = record.kind === 'AwsApiCall' ? record.caller : undefined;
  const { time, account, region, eventName, eventSource, readOnly, kind } = record;
  return {
    eventId,
    time,
    account,
    region,
    eventName,
    eventSource,
    readOnly,
    kind,
    caller,
    accessKeyId: caller && accessKeyOf(caller),
    json: record.kind === 'AwsApiCall' ? apiCall(record, eventId) : serviceEvent(record, eventId),
  };
}

function apiCall(record: ApiCallRecord, eventId: string): JsonObject {
  const { caller } = record;
  const byService = caller.invokedBy !== undefined || caller.type === 'AWSService';
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(caller),
    eventTime: toSecond(record.time),
    eventSource: record.eventSource,
    eventName: record.eventName,
    awsRegion: record.region,
    sourceIPAddress: record.sourceIp,
    userAgent: record.userAgent,
    ...(record.errorCode === undefined ? {} : { errorCode: record.errorCode }),
    ...(record.errorMessage === undefined ? {} : { errorMessage: record.errorMessage }),
    requestParameters: record.requestParameters && recorded(record.requestParameters),
    responseElements: record.responseElements && recorded(record.responseElements),
    requestID: record.requestId,
    eventID: eventId,
    readOnly: record.readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: record.account,
    eventCategory: 'Management',
    ...(byService ? {} : { tlsDetails: tlsDetails(record) }),
    ...(caller.fromConsole ? { sessionCredentialFromConsole: 'true' } : {}),
  };
}

function tlsDetails({ eventSource, region }: ApiCallRecord): JsonObject {
  const service = eventSource.replace(/\.amazonaws\.com$/, '');
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    tlsVersion: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    clientProvidedHostHeader: `${service}.${region}.${suffix}`,
  };
}

function serviceEvent(record: ServiceEventRecord, eventId: string): JsonObject {
  // The examples in "Logging and monitoring in AWS Organizations" differ in who they name.
  const service = record.eventName === 'CloseAccountResult' ? record.eventSource : 'AWS Internal';
  return {
    eventVersion: '1.11',
    userIdentity: { accountId: record.account, invokedBy: service },
    eventTime: toSecond(record.time),
    eventSource: record.eventSource,
    eventName: record.eventName,
    awsRegion: record.region,
    sourceIPAddress: service,
    userAgent: service,
    requestParameters: null,
    responseElements: null,
    eventID: eventId,
    readOnly: false,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: record.account,
    serviceEventDetails: recorded(record.serviceEventDetails),
    eventCategory: 'Management',
  };
}

/** Who acted, in all the shapes of "CloudTrail userIdentity element". */
function userIdentity(caller: Caller): JsonObject {
  const { type, principalId, arn, accountId, invokedBy } = caller;
  const accessKeyId = accessKeyOf(caller);
  if (type === 'AWSService') return { type, invokedBy: invokedBy ?? principalId };
  if (type === 'IdentityCenterUser') {
    const credentialId = hash('sha256', `${principalId} ${caller.sessionStartedAt ?? ''}`, 'base64url');
    return { type, accountId, ...onBehalfOf(caller), credentialId };
  }
  return {
    type,
    principalId,
    arn,
    accountId,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(caller.userName === undefined ? {} : { userName: caller.userName }),
    ...sessionContext(caller),
    ...onBehalfOf(caller),
    ...(invokedBy === undefined ? {} : { invokedBy }),
  };
}

function onBehalfOf({ onBehalfOf }: Caller): JsonObject {
  return onBehalfOf === undefined ? {} : { onBehalfOf: { ...onBehalfOf } };
}

/** Temporary credentials have one: of a role, and of whoever works in the console. */
function sessionContext(caller: Caller): JsonObject {
  const { sessionIssuer, sessionStartedAt, sourceIdentity, fromConsole } = caller;
  if (sessionIssuer === undefined && !fromConsole) return {};
  const startedAt = sessionStartedAt ?? 0;
  return {
    sessionContext: {
      ...(sessionIssuer === undefined ? {} : { sessionIssuer: { ...sessionIssuer } }),
      attributes: { creationDate: toSecond(startedAt), mfaAuthenticated: fromConsole ? 'true' : 'false' },
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
  };
}

/** The key of those whose key is not known is made from their name, so that it is always the same. */
function accessKeyOf(caller: Caller): string | undefined {
  if (caller.accessKeyId !== undefined) return caller.accessKeyId;
  if (caller.type === 'AWSService' || caller.type === 'IdentityCenterUser') return undefined;
  const temporary = caller.sessionIssuer !== undefined || caller.fromConsole;
  const digest = hash('sha256', caller.principalId, 'hex')
    .toUpperCase()
    .replace(/[01]/g, 'X')
    .replace(/[89]/g, 'Y');
  return `${temporary ? 'ASIA' : 'AKIA'}${digest.slice(0, 16)}`;
}

function recorded(value: { readonly [name: string]: Value | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === undefined ? [] : [[name, recordedValue(member)]],
    ),
  );
}

function recordedValue(value: Value): Json {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return inWords(value);
  if (isList(value)) return value.map(recordedValue);
  return recorded(value);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As times stand in the parameters and details of Organizations' records: Sep 16, 2020 9:20:50 PM. */
function inWords(date: Date): string {
  const hours = date.getUTCHours();
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  const clock = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${clock} ${hours < 12 ? 'AM' : 'PM'}`;
}

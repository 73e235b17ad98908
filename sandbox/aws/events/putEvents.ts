import { AwsError } from '../awsError.ts';
import { optionalText } from '../inputs.ts';
import { type Random, randomUuid } from '../random.ts';
import type { Call, Members } from '../service.ts';
import type { Bus, Buses } from './bus.ts';
import { busFor } from './busAccess.ts';
import type { EntryFailure } from './busSettings.ts';
import { type CloudEvent, toSecond } from './cloudEvent.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { validation } from './rules.ts';
import { listOf, membersOf, textsOf } from './sqsInputs.ts';

/** Bytes of all entries of one request ("Calculating PutEvents event entry size", EventBridge User Guide). */
const largestRequest = 1_048_576;

/** Each entry by itself; what fails is told among the entries, in their order. */
export function putEvents(buses: Buses, random: Random, call: Call): Members {
  const entries = listOf(call.input, 'Entries').map(membersOf);
  if (entries.length < 1 || entries.length > 10) {
    throw validation(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${
        entries.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'
      }`,
    );
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > largestRequest) {
    throw validation('Total size of the entries in the request is over the limit.');
  }
  const results = entries.map((entry) => putEvent(buses, randomUuid(random), call, entry));
  return {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  };
}

function sizeOf(entry: Members): number {
  const texts = ['Source', 'DetailType', 'Detail'].map((member) => optionalText(entry, member) ?? '');
  return [...texts, ...textsOf(entry, 'Resources')].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function putEvent(buses: Buses, id: string, call: Call, entry: Members): Members {
  const source = optionalText(entry, 'Source') ?? '';
  const detailType = optionalText(entry, 'DetailType') ?? '';
  const detail = parseJson(optionalText(entry, 'Detail') ?? '');
  const failure =
    entryProblem(source, detailType, entry) ?? buses.settings.eventFault?.({ source, detailType });
  if (failure) return { ErrorCode: failure.code, ErrorMessage: failure.message };
  if (!isObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const bus = busOf(buses, call, optionalText(entry, 'EventBusName'));
  if (bus instanceof AwsError) return { ErrorCode: bus.code, ErrorMessage: bus.message };
  const event = eventFrom(id, bus ?? call, call, entry, { source, detailType, detail });
  // Told once the call was answered, as by a service of its own. Events for a bus that is not there vanish.
  if (bus) call.afterwards(() => buses.publish(bus, event));
  return { EventId: id };
}

function entryProblem(source: string, detailType: string, entry: Members): EntryFailure | undefined {
  const required: readonly (readonly [name: string, value: string])[] = [
    ['Source', source],
    ['DetailType', detailType],
    ['Detail', optionalText(entry, 'Detail') ?? ''],
  ];
  const absent = required.find(([, value]) => value === '');
  if (absent) {
    return {
      code: 'InvalidArgument',
      message: `Parameter ${absent[0]} is not valid. Reason: ${absent[0]} is a required argument.`,
    };
  }
  // Only AWS speaks for itself (PutEventsRequestEntry, Amazon EventBridge API Reference).
  if (source.startsWith('aws.')) {
    return { code: 'NotAuthorizedForSourceException', message: 'Not authorized for the source.' };
  }
  return undefined;
}

function busOf(buses: Buses, call: Call, nameOrArn: string | undefined): Bus | AwsError | undefined {
  try {
    return busFor(buses, call, nameOrArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return error.code === 'ResourceNotFoundException' ? undefined : error;
  }
}

function eventFrom(
  id: string,
  { region }: { readonly region: string },
  call: Call,
  entry: Members,
  said: { readonly source: string; readonly detailType: string; readonly detail: JsonObject },
): CloudEvent {
  const time = entry['Time'];
  return {
    version: '0',
    id,
    'detail-type': said.detailType,
    source: said.source,
    account: call.caller.accountId,
    time: toSecond(typeof time === 'number' ? time * 1000 : call.now),
    region,
    resources: textsOf(entry, 'Resources'),
    detail: said.detail,
  };
}

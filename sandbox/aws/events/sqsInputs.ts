import { isList } from '../records.ts';
import type { Members, Value } from '../service.ts';
import type { NewMessage } from './message.ts';
import { invalidValue, missing } from './sqsErrors.ts';

export function membersOf(value: Value | undefined): Members {
  const isMembers = typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Date);
  return isMembers ? value : {};
}

export function listOf(input: Members, member: string): readonly Value[] {
  const value = input[member];
  return value !== undefined && isList(value) ? value : [];
}

export function textsOf(input: Members, member: string): readonly string[] {
  return listOf(input, member).filter((value) => typeof value === 'string');
}

/** A map of texts, such as attributes and tags. */
export function textMap(value: Value | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(membersOf(value)).flatMap(([name, text]) =>
      typeof text === 'string' ? [[name, text]] : [],
    ),
  );
}

/** A whole number within bounds, or undefined when it is not given. @throws InvalidParameterValue */
export function boundedInteger(input: Members, member: string, min: number, max: number): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidValue(member, String(value), `Must be >= ${min} and <= ${max}, if provided.`);
}

/** What SendMessage and an entry of SendMessageBatch say. @throws MissingParameter, InvalidParameterValue */
export function messageFrom(input: Members, senderId: string): NewMessage {
  const body = input['MessageBody'];
  if (typeof body !== 'string' || body === '') throw missing('MessageBody');
  const delaySeconds = boundedInteger(input, 'DelaySeconds', 0, 900);
  return { body, senderId, ...(delaySeconds === undefined ? {} : { delaySeconds }) };
}

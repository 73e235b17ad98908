import { plainText } from './plainText.ts';

/** A JSON object that nobody has vouched for. */
export type Json = { readonly [member: string]: unknown };

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The member when it is a non-empty object, else an empty one: so that chains of members need no questions. */
export function objectAt(json: Json, member: string): Json {
  return asObject(at(json, member)) ?? {};
}

/** The member as plain text; undefined when it is no string or nothing of it can be seen. */
export function textAt(json: Json, member: string, maximum: number): string | undefined {
  const value = at(json, member);
  if (typeof value !== 'string') return undefined;
  const text = plainText(value, maximum);
  return text === '' ? undefined : text;
}

export function numberAt(json: Json, member: string): number | undefined {
  const value = at(json, member);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The member exactly as it is, when it has this form; undefined otherwise. */
export function matchAt(json: Json, member: string, form: RegExp): string | undefined {
  const value = at(json, member);
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

function at(json: Json, member: string): unknown {
  return Object.hasOwn(json, member) ? json[member] : undefined;
}

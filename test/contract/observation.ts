import { expect } from 'vitest';

/** What one call showed, free of what differs between two runs: ids have names, times are told apart from none. */
export type Observation =
  | { readonly output: unknown }
  | { readonly error: string; readonly reason?: string; readonly status?: number };

/** Names for the ids that AWS chose. */
export type Names = Map<string, string>;

interface SdkError {
  readonly name: string;
  readonly Reason?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Runs one call of an SDK client. Anything that is no answer of AWS is thrown on. */
export const observe = async (names: Names, call: Promise<object>): Promise<Observation> => {
  try {
    const { $metadata, ...output } = { $metadata: undefined, ...(await call) };
    return { output: named(names, output) };
  } catch (error) {
    // What is no answer of the protocol at all, such as a page of HTML.
    if (error instanceof SyntaxError && '$response' in error) return { error: 'Unreadable' };
    if (!isAnswer(error)) throw error;
    return {
      error: error.name,
      ...(typeof error.Reason === 'string' ? { reason: error.Reason } : {}),
    };
  }
};

const isAnswer = (error: unknown): error is SdkError =>
  error instanceof Error && '$metadata' in error && '$fault' in error;

const named = (names: Names, value: unknown): unknown => {
  if (value instanceof Date) return '<time>';
  if (typeof value === 'string') {
    let text = value;
    for (const [id, name] of names) text = text.replaceAll(id, `<${name}>`);
    return text;
  }
  if (Array.isArray(value)) return value.map((item) => named(names, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, named(names, member)]),
  );
};

/** At least what is expected was seen; an expected empty answer is one with no members at all. */
export const expectShown = (seen: Observation, expected: Observation): void => {
  if ('output' in expected && isEmpty(expected.output)) expect(seen).toEqual(expected);
  else expect(seen).toMatchObject(expected);
};

export const isShown = (seen: Observation, expected: Observation): boolean => {
  try {
    expectShown(seen, expected);
    return true;
  } catch {
    return false;
  }
};

const isEmpty = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

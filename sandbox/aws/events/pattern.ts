import { isArray, isObject, type Json, type JsonObject, memberOf, parseJson } from './json.ts';
import { PatternInvalid } from './patternInvalid.ts';
import { type LeafTest, leafTest } from './patternTests.ts';

/** Judges a value of the event; undefined when the event has none there. */
type Test = (value: Json | undefined) => boolean;

export interface EventPattern {
  readonly text: string;
  matches(event: JsonObject): boolean;
}

/** Longest pattern that EventBridge takes unless the quota is raised, in characters (EventBridge quotas). */
export const longestPattern = 2048;

/**
 * Reads an event pattern as "Amazon EventBridge event patterns" in the EventBridge User Guide describes it: exact
 * values, nested fields, arrays as alternatives, and the comparisons of patternTests.ts.
 * Unlike AWS, which compares numbers as they are written, 300 and 3e2 are the same here.
 * @throws PatternInvalid
 */
export function parsePattern(text: string): EventPattern {
  if (text.length > longestPattern) {
    throw new PatternInvalid(`The pattern is longer than ${longestPattern} characters`);
  }
  const pattern = parseJson(text);
  if (pattern === undefined) throw new PatternInvalid('Filter is not valid JSON');
  if (!isObject(pattern)) throw new PatternInvalid('Filter is not an object');
  return { text, matches: objectTest(pattern) };
}

function objectTest(pattern: JsonObject): Test {
  const names = Object.keys(pattern);
  if (names.length === 0) throw new PatternInvalid('Empty objects are not allowed');
  const tests = names.map((name): Test => {
    const expected = pattern[name];
    const test = fieldTest(name, expected);
    return (value) => test(memberOf(value, name));
  });
  const all = (value: Json | undefined) => tests.every((test) => test(value));
  // A list of objects matches when one of them does, as a whole.
  return (value) => (isArray(value) ? value.some(all) : all(value));
}

function fieldTest(name: string, expected: Json | undefined): Test {
  if (isObject(expected)) return objectTest(expected);
  if (!isArray(expected)) throw new PatternInvalid(`"${name}" must be an object or an array`);
  if (expected.length === 0) throw new PatternInvalid('Empty arrays are not allowed');
  const tests = expected.map(leafTest);
  return (value) => matchesLeaves(tests, leavesOf(value));
}

function matchesLeaves(tests: readonly LeafTest[], leaves: readonly Json[]): boolean {
  if (leaves.length === 0) return tests.some((test) => test(undefined));
  return leaves.some((leaf) => tests.some((test) => test(leaf)));
}

/** Objects are no leaves: for a comparison there is nothing where one stands. */
function leavesOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || isObject(value)) return [];
  return isArray(value) ? value.flatMap(leavesOf) : [value];
}

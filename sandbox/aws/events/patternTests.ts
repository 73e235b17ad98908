import { isArray, isObject, type Json } from './json.ts';
import { PatternInvalid } from './patternInvalid.ts';

/** Judges one scalar of the event; undefined when there is none. */
export type LeafTest = (leaf: Json | undefined) => boolean;

/** One entry of a pattern's array: a scalar that must be equal, or one comparison. */
export function leafTest(expected: Json): LeafTest {
  if (isArray(expected)) {
    throw new PatternInvalid('Match value must be String, number, true, false, or null');
  }
  if (!isObject(expected)) return (leaf) => leaf === expected;
  const [[operator, operand] = ['', null], ...others] = Object.entries(expected);
  if (others.length > 0) throw new PatternInvalid('Only one key allowed in match expression');
  const comparison = comparisons[operator];
  if (!Object.hasOwn(comparisons, operator) || comparison === undefined) {
    throw new PatternInvalid(`Unrecognized match type ${operator}`);
  }
  return comparison(operand);
}

/** Of the comparisons of EventBridge, those that rules about Organizations have. */
const comparisons: Readonly<Record<string, (operand: Json) => LeafTest>> = {
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw new PatternInvalid('exists match pattern must be true or false.');
    return (leaf) => (leaf !== undefined) === operand;
  },
  prefix: (operand) => {
    if (typeof operand !== 'string' || operand === '') {
      throw new PatternInvalid('prefix match pattern must be a string');
    }
    return (leaf) => typeof leaf === 'string' && leaf.startsWith(operand);
  },
};

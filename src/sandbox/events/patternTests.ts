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

const comparisons: Readonly<Record<string, (operand: Json) => LeafTest>> = {
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw new PatternInvalid('exists match pattern must be true or false.');
    return (leaf) => (leaf !== undefined) === operand;
  },
  prefix: (operand) => textTest('prefix', operand, (leaf, part) => leaf.startsWith(part)),
  suffix: (operand) => textTest('suffix', operand, (leaf, part) => leaf.endsWith(part)),
  'equals-ignore-case': (operand) => {
    const part = textOf('equals-ignore-case', operand).toLowerCase();
    return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === part;
  },
  wildcard: (operand) => {
    const shape = wildcardShape(textOf('wildcard', operand));
    return (leaf) => typeof leaf === 'string' && shape.test(leaf);
  },
  numeric: numericTest,
  'anything-but': anythingBut,
};

function textOf(operator: string, operand: Json): string {
  if (typeof operand !== 'string' || operand === '') {
    throw new PatternInvalid(`${operator} match pattern must be a string`);
  }
  return operand;
}

/** prefix and suffix take a text, or an object that says to ignore case. */
function textTest(
  operator: string,
  operand: Json,
  compare: (leaf: string, part: string) => boolean,
): LeafTest {
  if (isObject(operand)) {
    const [[inner, value] = ['', null], ...others] = Object.entries(operand);
    if (inner !== 'equals-ignore-case' || others.length > 0) {
      throw new PatternInvalid(`Unsupported ${operator} match pattern: ${inner}`);
    }
    const part = textOf(inner, value).toLowerCase();
    return (leaf) => typeof leaf === 'string' && compare(leaf.toLowerCase(), part);
  }
  const part = textOf(operator, operand);
  return (leaf) => typeof leaf === 'string' && compare(leaf, part);
}

function wildcardShape(text: string): RegExp {
  if (text.includes('**')) throw new PatternInvalid('Consecutive wildcard characters');
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^]*');
  return new RegExp(`^${escaped}$`);
}

/** Anything that is there, but not these. */
function anythingBut(operand: Json): LeafTest {
  const unwanted = unwantedTests(operand);
  return (leaf) => leaf !== undefined && !unwanted.some((test) => test(leaf));
}

function unwantedTests(operand: Json): readonly LeafTest[] {
  if (isArray(operand)) {
    if (operand.length === 0) throw new PatternInvalid('Anything-But list must not be empty');
    if (operand.some((value) => isObject(value) || isArray(value) || value === null)) {
      throw new PatternInvalid('Value of anything-but must be an array or single string/number value.');
    }
    return operand.map(leafTest);
  }
  if (!isObject(operand)) return [leafTest(operand)];
  const [[operator, value] = ['', null], ...others] = Object.entries(operand);
  const allowed = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];
  if (!allowed.includes(operator) || others.length > 0) {
    throw new PatternInvalid(`Unsupported anything-but pattern: ${operator}`);
  }
  return (isArray(value) ? value : [value]).map((part) => leafTest({ [operator]: part ?? null }));
}

const comparators: Readonly<Record<string, (leaf: number, bound: number) => boolean>> = {
  '=': (leaf, bound) => leaf === bound,
  '<': (leaf, bound) => leaf < bound,
  '<=': (leaf, bound) => leaf <= bound,
  '>': (leaf, bound) => leaf > bound,
  '>=': (leaf, bound) => leaf >= bound,
};

/** `["=", 5]`, `["<", 5]`, or a range whose lower bound comes first: `[">", 0, "<=", 5]`. */
function numericTest(operand: Json): LeafTest {
  if (!isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw new PatternInvalid('Value of numeric must be an array of one or two comparisons.');
  }
  const [first, low, second, high] = operand;
  if (second !== undefined) {
    const ordered = typeof low === 'number' && typeof high === 'number' && low < high;
    if (!String(first).startsWith('>') || !String(second).startsWith('<') || !ordered) {
      throw new PatternInvalid('Bad numeric range');
    }
  }
  const tests = [bound(first, low), ...(second === undefined ? [] : [bound(second, high)])];
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

function bound(operator: Json | undefined, value: Json | undefined): (leaf: number) => boolean {
  const name = String(operator);
  const compare = Object.hasOwn(comparators, name) ? comparators[name] : undefined;
  if (compare === undefined) throw new PatternInvalid(`Unrecognized numeric range operator: ${name}`);
  // Bounds from "Event pattern operators", EventBridge User Guide: -5.0e9 to 5.0e9.
  if (typeof value !== 'number' || Math.abs(value) > 5e9) {
    throw new PatternInvalid(`Value of ${name} must be numeric`);
  }
  return (leaf) => compare(leaf, value);
}

import type { InputProblem, Members, Value } from './service.ts';

export type Field =
  | {
      readonly kind: 'string';
      readonly required?: true;
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: RegExp;
      readonly values?: readonly string[];
    }
  | { readonly kind: 'integer'; readonly required?: true; readonly min?: number; readonly max?: number }
  | { readonly kind: 'structure' | 'list' | 'boolean'; readonly required?: true };

export type InputShape = Readonly<Record<string, Field>>;

/** The first thing wrong with the input, as the service models bound it. Members not in the shape pass. */
export function findProblem(shape: InputShape, input: Members): InputProblem | undefined {
  for (const [member, field] of Object.entries(shape)) {
    const value = input[member];
    if (value === undefined || value === null) {
      if (field.required) return { member, kind: 'Required', message: `${member} must not be null` };
      continue;
    }
    const problem = judge(field, value);
    if (problem) {
      const [kind, constraint] = problem;
      return { member, kind, message: `Value at '${member}' failed to satisfy constraint: ${constraint}` };
    }
  }
  return undefined;
}

type Problem = readonly [kind: InputProblem['kind'], constraint: string];

function judge(field: Field, value: Value): Problem | undefined {
  if (field.kind === 'string') return judgeString(field, value);
  if (field.kind === 'integer') return judgeInteger(field, value);
  if (field.kind === 'list') {
    return Array.isArray(value) ? undefined : ['Type', 'Member must be a list'];
  }
  if (field.kind === 'boolean') {
    return typeof value === 'boolean' ? undefined : ['Type', 'Member must be a boolean'];
  }
  return typeof value === 'object' ? undefined : ['Type', 'Member must be a structure'];
}

function judgeString(field: Field & { kind: 'string' }, value: Value): Problem | undefined {
  const { min, max, pattern, values } = field;
  if (typeof value !== 'string') return ['Type', 'Member must be a string'];
  if (min !== undefined && value.length < min) {
    return ['TooShort', `Member must have length greater than or equal to ${min}`];
  }
  if (max !== undefined && value.length > max) {
    return ['TooLong', `Member must have length less than or equal to ${max}`];
  }
  if (pattern && !pattern.test(value)) {
    return ['Pattern', `Member must satisfy regular expression pattern: ${pattern.source}`];
  }
  if (values && !values.includes(value)) {
    return ['Enum', `Member must satisfy enum value set: [${values.join(', ')}]`];
  }
  return undefined;
}

function judgeInteger(field: Field & { kind: 'integer' }, value: Value): Problem | undefined {
  const { min, max } = field;
  if (typeof value !== 'number' || !Number.isInteger(value)) return ['Type', 'Member must be an integer'];
  if (min !== undefined && value < min) {
    return ['TooSmall', `Member must have value greater than or equal to ${min}`];
  }
  if (max !== undefined && value > max) {
    return ['TooLarge', `Member must have value less than or equal to ${max}`];
  }
  return undefined;
}

/** Text of the input; for members that the shape guarantees. */
export function text(input: Members, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}

export function optionalText(input: Members, member: string): string | undefined {
  const value = input[member];
  return typeof value === 'string' ? value : undefined;
}

export function optionalInteger(input: Members, member: string): number | undefined {
  const value = input[member];
  return typeof value === 'number' ? value : undefined;
}

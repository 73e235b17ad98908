import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** What is wrong with a manifest, in the words and the form of the Kubernetes API server. */
export interface Problem {
  /** Where: to find the line. */
  readonly path: Path;
  /** A sentence that names the field. */
  readonly message: string;
  /** What the message does not say in words: the API server has no more to say. */
  readonly hint?: string;
  /** The API server evaluates no CEL rules while there is a problem of this kind. */
  readonly blocking: boolean;
}

/** `spec.delegatedAdministrators[0]`, as the API server writes it. */
export function fieldName(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

export function problem(path: Path, what: string, blocking = false): Problem {
  return { path, message: `${fieldName(path)}: ${what}`, blocking };
}

export const unknownField = (path: Path): Problem => ({
  path,
  message: `unknown field "${fieldName(path)}"`,
  blocking: false,
});

function wrongType(path: Path, expected: string, input: unknown): Problem {
  if (input === undefined) return problem(path, 'Required value', true);
  const given = typeName(input);
  const wanted = expected === 'int' ? 'integer' : expected === 'record' ? 'object' : expected;
  return problem(
    path,
    `Invalid value: "${given}": ${fieldName(path)} in body must be of type ${wanted}: "${given}"`,
    true,
  );
}

const invalid = (path: Path, input: unknown, what: string): Problem =>
  problem(path, `Invalid value: ${JSON.stringify(input)}: ${fieldName(path)} in body ${what}`);

type Issue = z.core.$ZodIssue;

function tooBig(path: Path, { origin, maximum, input }: z.core.$ZodIssueTooBig): Problem {
  if (origin === 'array') {
    const length = Array.isArray(input) ? input.length : maximum;
    return problem(path, `Too many: ${length}: must have at most ${maximum} items`, true);
  }
  return problem(path, `Too long: may not be more than ${maximum} bytes`, true);
}

function oneOf(path: Path, { values, input }: z.core.$ZodIssueInvalidValue): Problem {
  if (typeof input !== 'string') return wrongType(path, 'string', input);
  const supported = values.map((value) => JSON.stringify(value)).join(', ');
  return problem(path, `Unsupported value: ${JSON.stringify(input)}: supported values: ${supported}`, true);
}

/** zod prints the expression with its slashes. */
function malformed(path: Path, { input, pattern, format }: z.core.$ZodIssueInvalidStringFormat): Problem {
  const problem = invalid(path, input, `should match '${pattern?.slice(1, -1) ?? format}'`);
  if (pattern !== accountIdPattern || typeof input !== 'string') return problem;
  const digits = /^\d+$/.test(input)
    ? `${input.length} digits`
    : `${JSON.stringify(input)} is not an account id`;
  return { ...problem, hint: `${digits}; 12 needed` };
}

const accountIdPattern = String(/^\d{12}$/);

/** The schema's verdict in the API server's words. `root` is where the checked value stands in the manifest. */
export function problemsOf(issue: Issue, root: Path): Problem[] {
  const path = [...root, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  switch (issue.code) {
    case 'invalid_type':
      return [wrongType(path, issue.expected, issue.input)];
    case 'invalid_value':
      return [oneOf(path, issue)];
    case 'too_big':
      return [tooBig(path, issue)];
    case 'too_small':
      return [invalid(path, issue.input, `should be at least ${issue.minimum} chars long`)];
    case 'invalid_format':
      return [malformed(path, issue)];
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField([...path, key]));
    default:
      return [problem(path, issue.message)];
  }
}

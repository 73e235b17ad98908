import type { Members, Value } from '../../sandbox/aws/service.ts';
import type { ServiceModel, Shape } from './serviceModel.ts';

/** An error as a service answers it. */
export interface ModelledError {
  /** The code on the wire. */
  readonly code: string;
  /** Members besides the message. */
  readonly members?: Members;
}

// Source: "Common errors" of the API references; any operation may answer them and no model lists them.
const commonErrors: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'InternalFailure',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
]);

/** What a response says that AWS's model does not: one sentence each, none when it fits. */
export const checkResponse = (model: ServiceModel, operation: string, output: Members): string[] => {
  const described = model.operations[operation];
  if (described === undefined) return [`${operation}: not an operation of ${model.metadata.serviceId}`];
  const shape = described.output?.shape;
  if (shape === undefined) {
    return Object.keys(output).length === 0 ? [] : [`${operation}: answers, but the model has no output`];
  }
  return checkValue(model, shape, output, operation);
};

/** The same of an error: whether the operation may raise it, and its members. */
export const checkError = (model: ServiceModel, operation: string, error: ModelledError): string[] => {
  const described = model.operations[operation];
  if (described === undefined) return [`${operation}: not an operation of ${model.metadata.serviceId}`];
  const shape = described.errors
    ?.map((candidate) => candidate.shape)
    .find((name) => name === error.code || model.shapes[name]?.error?.code === error.code);
  if (shape !== undefined) {
    return checkValue(model, shape, error.members ?? {}, `${operation} ${error.code}`, true);
  }
  if (commonErrors.has(error.code)) return [];
  return [`${operation}: ${error.code} is not among the errors of the model`];
};

/** Bounds of an input member, to compare with what the simulated AWS checks. */
export const inputShape = (model: ServiceModel, operation: string): Shape | undefined =>
  model.shapes[model.operations[operation]?.input?.shape ?? ''];

const checkValue = (
  model: ServiceModel,
  shapeName: string,
  value: Value,
  path: string,
  partial = false,
): string[] => {
  const shape = model.shapes[shapeName];
  if (shape === undefined) return [`${path}: no shape ${shapeName} in the model`];
  switch (shape.type) {
    case 'structure':
      return checkStructure(model, shape, value, path, partial);
    case 'list':
      if (!Array.isArray(value)) return [`${path}: not a list`];
      return value.flatMap((item, index) =>
        checkValue(model, shape.member?.shape ?? '', item, `${path}[${index}]`),
      );
    case 'map':
      if (!isMembers(value)) return [`${path}: not a map`];
      return Object.entries(value).flatMap(([key, item]) => [
        ...checkValue(model, shape.key?.shape ?? '', key, `${path} key ${key}`),
        ...(item === undefined ? [] : checkValue(model, shape.value?.shape ?? '', item, `${path}.${key}`)),
      ]);
    default:
      return checkScalar(shape, value, path);
  }
};

const checkStructure = (
  model: ServiceModel,
  shape: Shape,
  value: Value,
  path: string,
  partial: boolean,
): string[] => {
  if (!isMembers(value)) return [`${path}: not a structure`];
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  const names = new Set(present.map(([name]) => name));
  const missing = partial ? [] : (shape.required ?? []).filter((name) => !names.has(name));
  return [
    ...missing.map((name) => `${path}.${name}: required by the model`),
    ...present.flatMap(([name, member]) => {
      const described = shape.members?.[name];
      if (described === undefined) return [`${path}.${name}: not in the model`];
      return checkValue(model, described.shape, member ?? null, `${path}.${name}`);
    }),
  ];
};

const checkScalar = (shape: Shape, value: Value, path: string): string[] => {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? checkString(shape, value, path) : [`${path}: not a string`];
    case 'integer':
    case 'long':
      if (typeof value !== 'number' || !Number.isInteger(value)) return [`${path}: not a whole number`];
      return checkRange(shape, value, path, 'value');
    case 'double':
    case 'float':
      return typeof value === 'number' ? [] : [`${path}: not a number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: not a boolean`];
    case 'timestamp':
      return value instanceof Date ? [] : [`${path}: not a time`];
    case 'blob':
      return typeof value === 'string' ? [] : [`${path}: not a blob`];
    default:
      return [`${path}: type ${shape.type} is not understood`];
  }
};

const checkString = (shape: Shape, value: string, path: string): string[] => [
  ...checkRange(shape, value.length, path, 'length'),
  ...(shape.enum && !shape.enum.includes(value) ? [`${path}: ${value} is not in the enumeration`] : []),
  ...(shape.pattern && !patternOf(shape.pattern).test(value)
    ? [`${path}: ${value} does not match ${shape.pattern}`]
    : []),
];

const checkRange = ({ min, max }: Shape, size: number, path: string, what: string): string[] => [
  ...(min !== undefined && size < min ? [`${path}: ${what} ${size} is under ${min}`] : []),
  ...(max !== undefined && size > max ? [`${path}: ${what} ${size} is over ${max}`] : []),
];

/** The models' patterns mean the whole value; some need Unicode classes, others escapes that Unicode mode refuses. */
const patternOf = (pattern: string): RegExp => {
  const whole = `^(?:${pattern})$`;
  return pattern.includes('\\p{') ? new RegExp(whole, 'u') : new RegExp(whole);
};

const isMembers = (value: Value): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

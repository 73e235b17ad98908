import type { Field } from '../../sandbox/aws/inputs.ts';
import type { Operation } from '../../sandbox/aws/service.ts';
import { inputShape } from './modelChecker.ts';
import type { ServiceModel, Shape } from './serviceModel.ts';

/** Where an operation of the simulated AWS checks its input otherwise than the model bounds it. */
export const checkInput = (model: ServiceModel, name: string, { input = {} }: Operation): string[] => {
  if (model.operations[name] === undefined) return [`${name}: not an operation of the model`];
  const described = inputShape(model, name);
  const forgotten = (described?.required ?? []).filter((member) => input[member]?.required !== true);
  return [
    ...forgotten.map((member) => `${name}.${member}: required by the model`),
    ...Object.entries(input).flatMap(([member, field]) => {
      const shape = model.shapes[described?.members?.[member]?.shape ?? ''];
      if (shape === undefined) return [`${name}.${member}: not in the model`];
      const tooStrict = field.required && !described?.required?.includes(member);
      return [
        ...(tooStrict ? [`${name}.${member}: not required by the model`] : []),
        ...compare(field, shape).map((difference) => `${name}.${member}: ${difference}`),
      ];
    }),
  ];
};

const unbound = { min: 0, max: Number.POSITIVE_INFINITY };

const compare = (field: Field, shape: Shape): string[] => {
  const type = shape.type === 'map' ? 'structure' : shape.type;
  if (field.kind !== type) return [`a ${field.kind} here, a ${type} in the model`];
  if (field.kind !== 'string' && field.kind !== 'integer') return [];
  const bounds = (['min', 'max'] as const).flatMap((bound) =>
    (field[bound] ?? unbound[bound]) === (shape[bound] ?? unbound[bound])
      ? []
      : [`${bound} is ${field[bound]} here, ${shape[bound]} in the model`],
  );
  if (field.kind === 'integer') return bounds;
  return [
    ...bounds,
    ...(sameList(field.values, shape.enum) ? [] : [`the values are not those of the model`]),
    ...(samePattern(field.pattern, shape.pattern)
      ? []
      : [`pattern ${field.pattern?.source} is not the model's ${shape.pattern}`]),
  ];
};

const sameList = (ours: readonly string[] | undefined, theirs: readonly string[] | undefined) =>
  [...(ours ?? [])].sort().join() === [...(theirs ?? [])].sort().join();

/** Anchors and needless escapes aside. A pattern that is not checked here refuses nothing that AWS would take. */
const samePattern = (ours: RegExp | undefined, theirs: string | undefined) =>
  ours === undefined || bare(ours.source) === bare(theirs ?? '');

const bare = (pattern: string) =>
  pattern.replace(/^\^/, '').replace(/\$$/, '').replaceAll('\\u0020-\\u007E', ' -~').replaceAll('\\/', '/');

import type { CelInput } from '@bufbuild/cel';
import { type Path, type Problem, problem } from './problems.ts';
import type { StructuralSchema } from './structuralSchema.ts';
import { isObject } from './walk.ts';

type Cel = typeof import('@bufbuild/cel');
type Evaluate = (bindings: { readonly self: CelInput; readonly oldSelf?: CelInput }) => boolean | 'error';

// Only a folder of manifests needs it: an operator in a cluster starts without the weight of it.
const load = (): Promise<Cel> => import('@bufbuild/cel');

const planned = new Map<string, Evaluate>();

function plan(cel: Cel, rule: string): Evaluate {
  const known = planned.get(rule);
  if (known) return known;
  const run = cel.plan(cel.celEnv(), cel.parse(rule));
  const evaluate: Evaluate = (bindings) => {
    const result = run({ ...bindings });
    return typeof result === 'boolean' ? result : 'error';
  };
  planned.set(rule, evaluate);
  return evaluate;
}

/** JSON as CEL's types: an integer of the schema is an int, which JavaScript would take for a double. */
function typed(schema: StructuralSchema, value: unknown): CelInput {
  const { items, properties } = schema;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return schema.type === 'integer' ? BigInt(Math.trunc(value)) : value;
  if (Array.isArray(value)) return items ? value.map((item) => typed(items, item)) : [];
  if (!isObject(value)) return null;
  const known = Object.entries(properties ?? {}).filter(([name]) => value[name] !== undefined);
  return new Map(known.map(([name, property]) => [name, typed(property, value[name])]));
}

/** A transition rule speaks of the value before, and is asked only when there is one. */
const isTransition = (rule: string) => /\boldSelf\b/.test(rule);

function check(cel: Cel, schema: StructuralSchema, value: unknown, old: unknown, path: Path): Problem[] {
  if (value === undefined) return [];
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule, message }) => {
    const transition = isTransition(rule);
    if (transition && old === undefined) return [];
    const verdict = plan(
      cel,
      rule,
    )({
      self: typed(schema, value),
      ...(transition && { oldSelf: typed(schema, old) }),
    });
    return verdict === true ? [] : [problem(path, `Invalid value: ${shown(value)}${message}`)];
  });
  if (!schema.properties || !isObject(value)) return own;
  const before = isObject(old) ? old : {};
  return Object.entries(schema.properties).reduce(
    (all, [name, property]) => all.concat(check(cel, property, value[name], before[name], [...path, name])),
    own,
  );
}

/** The API server shows the value of a broken rule unless it is an object or a list. */
const shown = (value: unknown) => (typeof value === 'object' ? '' : `${JSON.stringify(value)}: `);

/**
 * The CEL rules of the schema, wherever they stand in it, on a defaulted value. `old`: the value before,
 * for transition rules; undefined on creation. A rule that cannot be evaluated counts as broken.
 */
export async function checkRules(
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  path: Path,
): Promise<Problem[]> {
  return check(await load(), schema, value, old, path);
}

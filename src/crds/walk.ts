import { type Path, type Problem, problem } from './problems.ts';
import type { StructuralSchema } from './structuralSchema.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the API server does before it validates: nulls of known fields are dropped, then defaults are
 * filled in; with `prune`, fields that the schema does not know are dropped.
 * Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions", on pruning and defaulting.
 */
export function defaulted(schema: StructuralSchema, value: unknown, prune: boolean): unknown {
  const { properties, items } = schema;
  if (items && Array.isArray(value)) return value.map((item) => defaulted(items, item, prune));
  if (!properties || !isObject(value)) return value;
  const out: Record<string, unknown> = prune ? {} : { ...value };
  for (const [name, property] of Object.entries(properties)) {
    const next = (Object.hasOwn(value, name) ? value[name] : undefined) ?? property.default;
    if (next === undefined) delete out[name];
    else out[name] = defaulted(property, next, prune);
  }
  return out;
}

/** Equal members of lists that are sets. */
export function duplicates(schema: StructuralSchema, value: unknown, path: Path): Problem[] {
  if (schema.items && Array.isArray(value)) {
    if (schema['x-kubernetes-list-type'] !== 'set') return [];
    return value.flatMap((item, index) =>
      value.indexOf(item) < index
        ? [problem([...path, index], `Duplicate value: ${JSON.stringify(item)}`)]
        : [],
    );
  }
  if (!schema.properties || !isObject(value)) return [];
  return Object.entries(schema.properties).flatMap(([name, property]) =>
    duplicates(property, value[name], [...path, name]),
  );
}

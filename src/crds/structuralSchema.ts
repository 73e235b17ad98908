import { z } from 'zod';
import type { ValidationRule } from './rules.ts';

/** The part of OpenAPI v3 that the API server accepts as a structural schema and this product uses. */
export interface StructuralSchema {
  readonly description?: string;
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: StructuralSchema;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-list-type'?: 'set' | 'map' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

const copied = [
  'description',
  'type',
  'format',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'maxItems',
  'items',
  'properties',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
] as const;

// Said by the type alone, or forbidden in a structural schema.
const dropped = new Set(['$schema', 'additionalProperties', 'minimum', 'maximum']);

type JsonSchema = z.core.JSONSchema.BaseSchema;

function child(schema: z.core.JSONSchema._JSONSchema): StructuralSchema {
  if (typeof schema === 'boolean') throw new TypeError('a structural schema has no boolean schemas');
  return convert(schema);
}

function convert(schema: JsonSchema): StructuralSchema {
  const unknown = Object.keys(schema).find(
    (key) => !dropped.has(key) && !copied.some((known) => known === key),
  );
  if (unknown !== undefined) throw new TypeError(`${unknown} has no place in a structural schema`);
  const out: Record<string, unknown> = {};
  for (const key of copied) {
    if (schema[key] !== undefined) out[key] = schema[key];
  }
  if (schema.type === 'integer') out['format'] = 'int64';
  if (schema.properties !== undefined) {
    out['properties'] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, child(property)]),
    );
  }
  if (schema.items !== undefined) {
    if (Array.isArray(schema.items)) throw new TypeError('a structural schema has no tuples');
    out['items'] = child(schema.items);
  }
  // Every key was checked against StructuralSchema's own above.
  return out as unknown as StructuralSchema;
}

/** What a person writes (defaults not yet filled in), as the API server wants to have it described. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: 'input' }));
}

/** The same without defaults, for a status: the API server must not add what the operator did not say. */
export function withoutDefaults({ default: _, ...schema }: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    ...(schema.items && { items: withoutDefaults(schema.items) }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, property]) => [name, withoutDefaults(property)]),
      ),
    }),
  };
}

/** The reference of the fields, out of the schema that the API server gets. */
import { trustedAccessSchema } from '../../src/crds/crd.ts';
import type { StructuralSchema } from '../../src/crds/structuralSchema.ts';
import { table } from './region.ts';

interface Field {
  /** As `kubectl explain` takes it after `ta.`; `[]` stands after a list. */
  readonly path: string;
  readonly schema: StructuralSchema;
}

function fieldsOf({ path, schema }: Field): readonly Field[] {
  const here = schema.items ? { path: `${path}[]`, schema: schema.items } : { path, schema };
  return Object.entries(here.schema.properties ?? {}).flatMap(([name, property]) => {
    const field = { path: `${here.path}.${name}`, schema: property };
    return [field, ...fieldsOf(field)];
  });
}

function part(name: 'spec' | 'status'): Field {
  const schema = trustedAccessSchema().properties?.[name];
  if (!schema) throw new Error(`the schema has no ${name}`);
  return { path: name, schema };
}

const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function typeOf({ type, format, items, enum: words }: StructuralSchema): string {
  if (words) return words.map(code).join(' or ');
  if (items) return `list of ${typeOf(items)}`;
  if (format === 'date-time') return 'time';
  return type;
}

function lengthOf({ minLength, maxLength }: StructuralSchema): readonly string[] {
  if (maxLength === undefined) return [];
  return [
    minLength === undefined ? `at most ${maxLength} characters` : `${minLength} to ${maxLength} characters`,
  ];
}

/** One phrase for each thing the schema asks for. */
function boundsOf(schema: StructuralSchema): readonly string[] {
  const { default: given, items, maxItems, pattern } = schema;
  return [
    ...(given === undefined ? [] : [`default ${code(given)}`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
    ...(schema['x-kubernetes-list-type'] === 'set' ? ['none twice'] : []),
    ...lengthOf(schema),
    ...(pattern === undefined ? [] : [`matches ${code(pattern)}`]),
    ...(items?.pattern === undefined ? [] : [`each matches ${code(items.pattern)}`]),
  ];
}

function section({ path, schema }: Field): string {
  const rules = (schema['x-kubernetes-validations'] ?? []).map(
    ({ message }) => `- Refused otherwise: “${message}”.`,
  );
  return [
    `### \`${path}\``,
    [typeOf(schema), ...boundsOf(schema)].join(', '),
    schema.description ?? '',
    ...(rules.length > 0 ? [rules.join('\n')] : []),
  ].join('\n\n');
}

/** Every field a person may set, each with a heading of its own. */
export function specReference(): string {
  const spec = part('spec');
  const rules = (spec.schema['x-kubernetes-validations'] ?? []).map(({ message }) => `- “${message}”`);
  return [
    ...fieldsOf(spec).map(section),
    '### Rules about several fields',
    'The API server, or the operator for a folder of manifests, refuses in these words:',
    rules.join('\n'),
  ].join('\n\n');
}

/** Every field the operator sets. */
export function statusReference(): string {
  const rows = fieldsOf(part('status')).map(({ path, schema }) => [
    `\`${path}\``,
    typeOf(schema),
    schema.description ?? '',
  ]);
  return table(['field', 'type', 'meaning'], rows);
}

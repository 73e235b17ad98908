import { z } from 'zod';
import { type Metadata, requestedAtAnnotation } from '../../crds/trustedAccess.ts';
import { oneLine } from '../plan/oneLine.ts';
import { type Telling, timeOf } from './telling.ts';

const fields = z.record(z.string(), z.unknown()).catch({});

/** `metadata.managedFields`: who set which fields last, as the API server keeps it. What cannot be read is passed over. */
const managedFieldsSchema = z
  .array(
    z.object({
      manager: z.string().default('unknown'),
      operation: z.string().default(''),
      time: z.string().optional(),
      subresource: z.string().optional(),
      fieldsV1: fields.optional(),
    }),
  )
  .catch([]);

type Entry = z.output<typeof managedFieldsSchema>[number];

/** A manager that wrote within this time (milliseconds) of the creation created it. */
const atOnce = 1_000;

/** What was asked of the resource, when, and by which program: the API server keeps each program's last change alone. */
export function declaredTellings(metadata: Metadata, managedFields: unknown): Telling[] {
  const resource = metadata.name;
  const createdAt = timeOf(metadata.creationTimestamp) ?? 0;
  const entries = managedFieldsSchema.parse(managedFields ?? []).filter(({ subresource }) => !subresource);
  const told = entries.flatMap((entry) => entryTelling(resource, entry, createdAt) ?? []);
  const isCreatorKnown = told.some(({ deed }) => 'word' in deed && deed.word === 'Created');
  const base = { resource, source: 'Spec', isExact: false } as const;
  return [
    ...(isCreatorKnown || createdAt === 0
      ? []
      : [
          {
            ...base,
            at: createdAt,
            deed: { kind: 'Spec', word: 'Created' },
            text: 'Resource created',
          } as const,
        ]),
    ...told,
    ...deletion(metadata).map((at) => ({
      ...base,
      at,
      deed: { kind: 'Spec', word: 'Deleted' } as const,
      text: `Deletion asked for${metadata.finalizers.length > 0 ? `, held by ${metadata.finalizers.map(oneLine).join(', ')}` : ''}`,
    })),
  ];
}

function deletion({ deletionTimestamp }: Metadata): number[] {
  const at = timeOf(deletionTimestamp);
  return at === undefined ? [] : [at];
}

function entryTelling(resource: string, entry: Entry, createdAt: number): Telling | undefined {
  const at = timeOf(entry.time);
  const what = whatIs(entry);
  if (at === undefined || what === undefined) return undefined;
  const isCreation = what.word === 'Changed' && Math.abs(at - createdAt) <= atOnce;
  const set = what.fields.length > 0 ? `: ${what.fields.join(', ')}` : '';
  return {
    resource,
    source: 'Spec',
    at,
    isExact: false,
    deed: { kind: 'Spec', word: isCreation ? 'Created' : what.word },
    text:
      what.word === 'Requested'
        ? 'Asked to look again'
        : `${isCreation ? 'Resource created with' : 'Spec set'}${isCreation && set === '' ? ' defaults' : set}`,
    by: {
      name: oneLine(entry.manager),
      ...(entry.operation !== '' && { via: oneLine(entry.operation) }),
      isOperator: false,
    },
  };
}

/** Undefined: neither the spec nor a request to look again. */
function whatIs({ fieldsV1 = {} }: Entry) {
  const spec = fieldsV1['f:spec'];
  if (spec !== undefined) return { word: 'Changed', fields: namesIn(spec) } as const;
  const annotations = fields.parse(fields.parse(fieldsV1['f:metadata'])['f:annotations']);
  const isRequest = `f:${requestedAtAnnotation}` in annotations;
  return isRequest ? ({ word: 'Requested', fields: [] } as const) : undefined;
}

function namesIn(value: unknown): string[] {
  return Object.keys(fields.parse(value))
    .filter((key) => key.startsWith('f:'))
    .map((key) => oneLine(key.slice(2)));
}

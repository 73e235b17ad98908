import { z } from 'zod';
import { type Metadata, requestedAtAnnotation } from '../../crds/trustedAccess.ts';
import { oneLine } from '../../text/plainText.ts';
import { type Author, type HistoryEntry, timeOf } from './record.ts';

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

const isSpec = (entry: Entry): boolean => whatIs(entry)?.word === 'Changed';

/**
 * What was asked of the resource, when, and by which program. The API server keeps each program's last write alone:
 * who created the resource is certain only while its generation shows that the spec was never changed.
 */
export function specRecords(metadata: Metadata, managedFields: unknown): HistoryEntry[] {
  const resource = metadata.name;
  const createdAt = timeOf(metadata.creationTimestamp);
  const entries = managedFieldsSchema.parse(managedFields ?? []).filter(({ subresource }) => !subresource);
  const setters = entries.filter(isSpec);
  // A deletion raises the generation by one, as each change of the spec does.
  const isUnchanged = metadata.generation <= (metadata.deletionTimestamp === undefined ? 1 : 2);
  const creator = isUnchanged && setters.length === 1 ? setters[0] : undefined;
  const base = { resource, source: 'Spec' } as const;
  return [
    ...(createdAt === undefined ? [] : [{ ...base, at: createdAt, ...creation(creator) }]),
    ...entries.filter((entry) => entry !== creator).flatMap((entry) => entryRecord(resource, entry) ?? []),
    ...deletion(metadata).map((at) => ({
      ...base,
      at,
      fact: { kind: 'Spec', word: 'Deleted' } as const,
      text: `Deletion requested${metadata.finalizers.length > 0 ? `, held by ${metadata.finalizers.map(oneLine).join(', ')}` : ''}`,
    })),
  ];
}

function creation(creator: Entry | undefined): Pick<HistoryEntry, 'fact' | 'text' | 'by'> {
  const fact = { kind: 'Spec', word: 'Created' } as const;
  if (creator === undefined) return { fact, text: 'Resource created' };
  const set = whatIs(creator)?.fields ?? [];
  return {
    fact,
    text: `Resource created with${set.length > 0 ? `: ${set.join(', ')}` : ' defaults'}`,
    by: authorOf(creator),
  };
}

const authorOf = ({ manager, operation }: Entry): Author => ({
  name: oneLine(manager),
  ...(operation !== '' && { via: oneLine(operation) }),
  isOperator: false,
});

function deletion({ deletionTimestamp }: Metadata): number[] {
  const at = timeOf(deletionTimestamp);
  return at === undefined ? [] : [at];
}

/** The time is that of the program's last write, whichever of these fields it changed then. */
const lastWrite = '; earlier writes by this program are not recorded';

function entryRecord(resource: string, entry: Entry): HistoryEntry | undefined {
  const at = timeOf(entry.time);
  const what = whatIs(entry);
  if (at === undefined || what === undefined) return undefined;
  const set = what.fields.length > 0 ? `: ${what.fields.join(', ')}` : '';
  return {
    resource,
    source: 'Spec',
    at,
    fact: { kind: 'Spec', word: what.word },
    text: what.word === 'Requested' ? 'Reconcile requested' : `Spec last written${set}${lastWrite}`,
    by: authorOf(entry),
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

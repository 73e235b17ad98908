import { z } from 'zod';
import { driftKinds } from '../../crds/status.ts';
import { inWords } from '../../kubernetes/kubernetesEvent.ts';
import { type HistoryEntry, type HistoryFact, operationNames, type Source, sources } from './record.ts';
import { factOf, type Occurrence, sourcesOf, timeOfOccurrence } from './timeline.ts';

/**
 * What `history --json` prints. Stable within one number of `formatVersion`: fields and words may be added, none is
 * taken away or gets another meaning.
 */
const time = z.string().describe('ISO time, UTC.');

const author = z.strictObject({
  name: z
    .string()
    .describe(
      'Short name of the actor in AWS. For kind Spec: the field manager, which is a program and not a person.',
    ),
  operator: z
    .boolean()
    .describe(
      'true: the operator. A call in CloudTrail is matched by its user agent, which any caller can send.',
    ),
  arn: z.string().describe('The ARN of the session, user or role that made the call.').optional(),
  onBehalfOf: z
    .strictObject({ userId: z.string(), identityStoreArn: z.string().optional() })
    .describe('The Identity Center user on whose behalf the caller acted.')
    .optional(),
  via: z.string().describe('The service, tool, console or kind of request.').optional(),
  sourceIp: z.string().optional(),
});

const event = z.strictObject({
  time,
  resource: z.string(),
  kind: z
    .enum(['Spec', 'Change', 'Drift', 'Corrected', 'Standing', 'Swap', 'Other'])
    .describe(
      'Spec: the resource was created, set, asked to reconcile, or deleted. Change: a call changed AWS. Drift: no change of the spec explains the change of AWS. Corrected: the operator verified that AWS is in the desired state again. Standing: a condition that is unchanged since then. Swap: a swap started or was rolled back. Other: an event of another controller.',
    ),
  text: z.string().describe('For people.'),
  by: author.describe('Absent: not known.').optional(),
  operation: z.enum(operationNames).describe('The call in AWS.').optional(),
  account: z.string().describe('The account that was registered or deregistered.').optional(),
  drift: z
    .strictObject({
      kind: z.enum(driftKinds),
      detectedAt: time.optional(),
      correctedAfter: z.number().int().describe('Milliseconds from detection to correction.').optional(),
    })
    .optional(),
  word: z
    .string()
    .describe('For Standing: the reason of the condition. For Other: the reason of the event.')
    .optional(),
  count: z.number().int().describe('How often it happened in a row, up to this time.').optional(),
  eventId: z.string().describe('Of the CloudTrail event.').optional(),
  requestId: z.string().describe('The request id of the call in AWS.').optional(),
  sources: z
    .array(z.enum(sources))
    .describe('The source of the entry. Spec stands for metadata.managedFields.'),
});

const leftOut = z.strictObject({
  source: z.enum(sources),
  resources: z.array(z.string()),
  permission: z
    .string()
    .describe('The permission that is missing, for example cloudtrail:LookupEvents.')
    .optional(),
  message: z.string(),
});

export const historySchema = z.strictObject({
  formatVersion: z.literal(1),
  since: time.describe('The history starts at this time.'),
  until: time,
  resources: z.array(z.string()).describe('The resources that this history covers.'),
  events: z.array(event).describe('The entries, oldest first.'),
  earlier: z.number().int().describe('How many known entries are older than since.'),
  leftOut: z.array(leftOut).describe('Sources that could not be read, or not completely.'),
});

export type HistoryReport = z.output<typeof historySchema>;
export type HistoryEvent = HistoryReport['events'][number];
export type LeftOut = HistoryReport['leftOut'][number];

/** JSON Schema of what `history --json` prints; docs/history.schema.json is its text. */
export function historyJsonSchema(): string {
  const schema = z.toJSONSchema(historySchema, { target: 'draft-2020-12' });
  return JSON.stringify({ title: 'trusted-access history --json', ...schema }, null, 2);
}

export interface Window {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
}

const iso = (at: number) => new Date(at).toISOString();

export function historyReport(
  occurrences: readonly Occurrence[],
  { since, until }: Window,
  resources: readonly string[],
  leftOut: readonly LeftOut[],
): HistoryReport {
  const shown = occurrences.filter((each) => timeOfOccurrence(each) >= since);
  return {
    formatVersion: 1,
    since: iso(since),
    until: iso(until),
    resources: [...resources],
    events: shown.map(eventOf),
    earlier: occurrences.length - shown.length,
    leftOut: [...leftOut],
  };
}

function eventOf(happened: Occurrence): HistoryEvent {
  const { entries } = happened;
  const fact = factOf(happened);
  const { operation, account } = callIn(entries);
  const eventId = entries.find((found) => found.eventId !== undefined)?.eventId;
  const requestId = entries.find((found) => found.requestId !== undefined)?.requestId;
  const count = Math.max(...entries.map((found) => found.count ?? 1));
  const by = byOf(entries);
  return {
    time: iso(timeOfOccurrence(happened)),
    resource: entries[0].resource,
    kind: fact.kind === 'Condition' ? 'Standing' : fact.kind,
    text: textOf(happened, count),
    ...(by && { by }),
    ...(operation !== undefined && { operation }),
    ...(account !== undefined && { account }),
    ...driftIn(entries, fact.kind),
    ...('word' in fact && fact.word !== '' && { word: fact.word }),
    ...(count > 1 && { count }),
    ...(eventId !== undefined && { eventId }),
    ...(requestId !== undefined && { requestId }),
    sources: sourcesOf(happened) satisfies Source[],
  };
}

function callIn(entries: readonly HistoryEntry[]): Pick<HistoryEvent, 'operation' | 'account'> {
  for (const { fact } of entries) if (fact.kind === 'Change') return fact;
  return {};
}

const detection = ({ detectedAt }: { readonly detectedAt?: number }) =>
  detectedAt === undefined ? {} : { detectedAt: iso(detectedAt) };

function driftIn(entries: readonly HistoryEntry[], kind: HistoryFact['kind']): Pick<HistoryEvent, 'drift'> {
  for (const { fact } of entries) {
    if (fact.kind === 'Corrected' && kind === 'Corrected') {
      return {
        drift: {
          kind: fact.drift,
          ...detection(fact),
          ...(fact.took !== undefined && { correctedAfter: fact.took }),
        },
      };
    }
    if (fact.kind === 'Drift' && kind === 'Drift') {
      return { drift: { kind: fact.drift, ...detection(fact) } };
    }
  }
  return {};
}

/** The best name, with the ARN, tools and address that any source adds to it. */
function byOf(entries: readonly HistoryEntry[]): HistoryEvent['by'] {
  const named = entries.flatMap(({ by }) => by ?? []);
  // CloudTrail's name of the operator says which role made the call.
  const [best] = named;
  if (!best) return undefined;
  const same = named.filter(({ name }) => name === best.name);
  const arn = same.find((each) => each.arn !== undefined)?.arn;
  const onBehalfOf = same.find((each) => each.onBehalfOf !== undefined)?.onBehalfOf;
  const via = same.find((each) => each.via !== undefined)?.via;
  const sourceIp = same.find((each) => each.sourceIp !== undefined)?.sourceIp;
  return {
    name: best.name,
    operator: best.isOperator,
    ...(arn !== undefined && { arn }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(via !== undefined && { via }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}

function textOf(happened: Occurrence, count: number): string {
  const { entries } = happened;
  const fact = factOf(happened);
  const found = (kind: HistoryFact['kind'], best: Source) => {
    const all = entries.filter((each) => each.fact.kind === kind);
    return all.find(({ source }) => source === best) ?? all[0];
  };
  const change = found('Change', 'Event');
  switch (fact.kind) {
    case 'Drift': {
      const isNamed = change?.fact.kind === 'Change' && change.fact.account !== undefined;
      const what = isNamed ? `Drift: ${change.text}` : found('Drift', 'Status')?.text;
      return `${what}${count > 1 ? ` (${count} times in a row)` : ''}`;
    }
    case 'Corrected': {
      const after = fact.took === undefined ? '' : ` ${inWords(fact.took)} after its detection`;
      return `${change ? `${change.text}: drift corrected` : 'Drift corrected'}${after}`;
    }
    case 'Change':
      return change?.text ?? '';
    default:
      // A series keeps the words of its first occurrence; a status has those that hold now.
      return found(fact.kind, 'Status')?.text ?? '';
  }
}

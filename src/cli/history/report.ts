import { z } from 'zod';
import { driftKinds } from '../../crds/status.ts';
import { inWords } from '../../kubernetes/announcementEvent.ts';
import { operationNames, type Source, sources, type Telling } from './telling.ts';
import { deedOf, type Happening, sourcesOf, timeOfHappening } from './timeline.ts';

/**
 * What `history --json` prints. Stable within one number of `formatVersion`: fields and words may be added, none is
 * taken away or gets another meaning.
 */
const time = z.string().describe('ISO time, UTC.');

const author = z.strictObject({
  name: z
    .string()
    .describe(
      'ARN or name in AWS; for kind Spec the manager of the fields, which is a program, not a person.',
    ),
  operator: z
    .boolean()
    .describe(
      'true: the operator, by its own word; a call in CloudTrail by its user agent, which anybody can send.',
    ),
  via: z.string().describe('The role, service, console or kind of request it went through.').optional(),
  sourceIp: z.string().optional(),
});

const event = z.strictObject({
  time,
  resource: z.string(),
  kind: z
    .enum(['Spec', 'Change', 'Drift', 'Corrected', 'Standing', 'Swap', 'Other'])
    .describe(
      'Spec: the resource was created, set, asked to look again or deleted. Change: AWS was changed. Drift: AWS was changed although no change of the spec explains it. Corrected: AWS was verified to be as declared again. Standing: a condition that holds since then. Swap: a replacement began or was rolled back. Other: what another controller says.',
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
  word: z.string().describe('Of Standing the reason, of Other the reason of the event.').optional(),
  count: z.number().int().describe('How often it happened in a row, up to this time.').optional(),
  eventId: z.string().describe('Of the CloudTrail event.').optional(),
  sources: z.array(z.enum(sources)).describe('Who tells it: Spec stands for metadata.managedFields.'),
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
  since: time.describe('What happened before is not shown.'),
  until: time,
  resources: z.array(z.string()).describe('The resources that were looked at.'),
  events: z.array(event).describe('The oldest first.'),
  earlier: z.number().int().describe('How many that are known happened before since.'),
  leftOut: z.array(leftOut).describe('Sources that could not be asked, or not to the end.'),
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
  happenings: readonly Happening[],
  { since, until }: Window,
  resources: readonly string[],
  leftOut: readonly LeftOut[],
): HistoryReport {
  const shown = happenings.filter((each) => timeOfHappening(each) >= since);
  return {
    formatVersion: 1,
    since: iso(since),
    until: iso(until),
    resources: [...resources],
    events: shown.map(eventOf),
    earlier: happenings.length - shown.length,
    leftOut: [...leftOut],
  };
}

function eventOf(happened: Happening): HistoryEvent {
  const { tellings } = happened;
  const deed = deedOf(happened);
  const { operation, account } = callIn(tellings);
  const eventId = tellings.find((told) => told.eventId !== undefined)?.eventId;
  const count = Math.max(...tellings.map((told) => told.count ?? 1));
  const by = byOf(tellings);
  return {
    time: iso(timeOfHappening(happened)),
    resource: tellings[0].resource,
    kind: deed.kind,
    text: textOf(happened, count),
    ...(by && { by }),
    ...(operation !== undefined && { operation }),
    ...(account !== undefined && { account }),
    ...driftIn(tellings, deed.kind),
    ...('word' in deed && deed.word !== '' && { word: deed.word }),
    ...(count > 1 && { count }),
    ...(eventId !== undefined && { eventId }),
    sources: sourcesOf(happened) satisfies Source[],
  };
}

function callIn(tellings: readonly Telling[]): Pick<HistoryEvent, 'operation' | 'account'> {
  for (const { deed } of tellings) if (deed.kind === 'Change') return deed;
  return {};
}

function driftIn(tellings: readonly Telling[], kind: HistoryEvent['kind']): Pick<HistoryEvent, 'drift'> {
  for (const { deed } of tellings) {
    if (deed.kind === 'Corrected' && kind === 'Corrected') {
      return { drift: { kind: deed.drift, ...(deed.took !== undefined && { correctedAfter: deed.took }) } };
    }
    if (deed.kind === 'Drift' && kind === 'Drift') {
      return { drift: { kind: deed.drift, detectedAt: iso(deed.detectedAt) } };
    }
  }
  return {};
}

/** The best name, and everything that somebody knows of its way. */
function byOf(tellings: readonly Telling[]): HistoryEvent['by'] {
  const named = tellings.flatMap(({ by }) => by ?? []);
  // CloudTrail's name of the operator says which role it acted as.
  const [best] = named;
  if (!best) return undefined;
  const same = named.filter(({ name }) => name === best.name);
  const via = same.find((each) => each.via !== undefined)?.via;
  const sourceIp = same.find((each) => each.sourceIp !== undefined)?.sourceIp;
  return {
    name: best.name,
    operator: best.isOperator,
    ...(via !== undefined && { via }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}

function textOf(happened: Happening, count: number): string {
  const { tellings } = happened;
  const deed = deedOf(happened);
  const told = (kind: HistoryEvent['kind'], best: Source) => {
    const all = tellings.filter((each) => each.deed.kind === kind);
    return all.find(({ source }) => source === best) ?? all[0];
  };
  const change = told('Change', 'Event');
  switch (deed.kind) {
    case 'Drift': {
      const isNamed = change?.deed.kind === 'Change' && change.deed.account !== undefined;
      const what = isNamed ? `Drift: ${change.text}` : told('Drift', 'Status')?.text;
      return `${what}${count > 1 ? ` (${count} times in a row)` : ''}`;
    }
    case 'Corrected': {
      const after = deed.took === undefined ? '' : ` ${inWords(deed.took)} after it was noticed`;
      return `${change ? `${change.text}: drift put right` : 'Drift put right'}${after}`;
    }
    case 'Change':
      return change?.text ?? '';
    default:
      // A series keeps the words of its first occurrence; a status has those that hold now.
      return told(deed.kind, 'Status')?.text ?? '';
  }
}

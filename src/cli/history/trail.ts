import { kindOfName } from '../../awsApi/errorNames.ts';
import type { OrganizationTarget } from '../../controller/ports.ts';
import type { CallerIdentity } from '../../events/callerIdentity.ts';
import { HistoryError, type HistoryPages } from '../../events/trailHistory.ts';
import { oneLine } from '../../text/plainText.ts';
import type { Clock } from '../../time/clock.ts';
import { sleep } from '../../time/sleep.ts';
import { inParallel, startProgress } from '../plan/progress.ts';
import type { Terminal } from '../terminal.ts';
import { callRecords } from './callRecords.ts';
import { type HistoryEntry, type Operation, operationNames } from './record.ts';
import type { LeftOut, Window } from './report.ts';
import { trailMemory } from './since.ts';
import type { Looked } from './subjects.ts';

export interface TrailSurroundings {
  readonly terminal: Pick<Terminal, 'err'>;
  readonly clock: Clock;
  readonly history: HistoryPages;
  readonly identity: CallerIdentity;
}

/** Milliseconds between two queries: an account is allowed two a second. */
const spacing = 500;
/** Of fifty records, for each of the four calls. */
const mostPages = 20;
/** Organizations asked at once. */
const width = 4;

/** Resources of one organization, by one set of credentials. */
interface Group {
  readonly target: OrganizationTarget | undefined;
  readonly looked: readonly (Looked & Required<Pick<Looked, 'spec'>>)[];
}

/** The calls that CloudTrail remembers, asked once for all resources of an organization. Rejects only when it is stopped. */
export async function trailRecords(
  looked: readonly Looked[],
  window: Window,
  surroundings: TrailSurroundings,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly HistoryEntry[]; readonly leftOut: readonly LeftOut[] }> {
  const groups = groupsOf(looked);
  const progress = startProgress(surroundings, 'asking CloudTrail', groups.length * operationNames.length);
  try {
    const answers = await inParallel(groups, width, (group) =>
      askGroup(group, window, surroundings, () => progress.step(), signal),
    );
    return {
      entries: answers.flatMap(({ entries }) => entries),
      leftOut: answers.flatMap(({ leftOut }) => leftOut),
    };
  } finally {
    progress.end();
  }
}

function groupsOf(looked: readonly Looked[]): Group[] {
  const readable = looked.flatMap(({ spec, ...rest }) => (spec ? [{ ...rest, spec }] : []));
  const byCredentials = Map.groupBy(readable, ({ spec: { organization } }) =>
    JSON.stringify([organization?.roleArn, organization?.externalId, organization?.region]),
  );
  return [...byCredentials.values()].map((group) => ({ target: group[0]?.spec.organization, looked: group }));
}

interface Answer {
  readonly entries: readonly HistoryEntry[];
  readonly leftOut: readonly LeftOut[];
}

async function askGroup(
  group: Group,
  window: Window,
  surroundings: TrailSurroundings,
  step: () => void,
  signal: AbortSignal,
): Promise<Answer> {
  const resources = group.looked.map(({ metadata }) => metadata.name);
  const leaving = (message: string, permission?: string): LeftOut => ({
    source: 'CloudTrail',
    resources,
    ...(permission !== undefined && { permission }),
    message: oneLine(message),
  });
  try {
    const wrong = await wrongAccount(group, surroundings.identity, signal);
    if (wrong !== undefined) return { entries: [], leftOut: [leaving(wrong)] };
    const records: string[] = [];
    const cut: Operation[] = [];
    const turn = everySoOften(surroundings.clock, signal);
    for (const operation of operationNames) {
      const { found, isWhole } = await recordsOf(
        operation,
        group,
        window,
        surroundings.history,
        turn,
        signal,
      );
      records.push(...found);
      if (!isWhole) cut.push(operation);
      step();
    }
    const entries = group.looked.flatMap(({ metadata, spec, status }) =>
      callRecords(
        records,
        {
          resource: metadata.name,
          principal: spec.servicePrincipal,
          ...(status.organization && { managementAccountId: status.organization.managementAccountId }),
        },
        window.until,
      ),
    );
    const many = `older calls of ${cut.join(', ')} than the last ${mostPages * 50}: a shorter --since has them all`;
    return { entries, leftOut: cut.length > 0 ? [leaving(many)] : [] };
  } catch (error) {
    signal.throwIfAborted();
    return { entries: [], leftOut: [leaving(...whyNot(error))] };
  }
}

/** Own credentials of another account see that account's calls alone: why they are of no use, if so. */
async function wrongAccount(
  { target, looked }: Group,
  identity: CallerIdentity,
  signal: AbortSignal,
): Promise<string | undefined> {
  const account = looked.find(({ status }) => status.organization)?.status.organization?.managementAccountId;
  if (target?.roleArn !== undefined || account === undefined) return undefined;
  const own = /^arn:[^:]+:[^:]+::(\d{12}):/.exec((await identity(signal)) ?? '')?.[1];
  if (own === undefined || own === account) return undefined;
  return `your credentials belong to account ${own}; CloudTrail keeps the calls in management account ${account}`;
}

async function recordsOf(
  eventName: Operation,
  { target }: Group,
  { since, until }: Window,
  history: HistoryPages,
  turn: () => Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly found: readonly string[]; readonly isWhole: boolean }> {
  const from = Math.max(since, until - trailMemory);
  const found: string[] = [];
  let pages = 0;
  for await (const page of history.pages({ eventName, from, to: until, target }, turn, signal)) {
    if (pages === mostPages) return { found, isWhole: false };
    found.push(...page);
    pages += 1;
  }
  return { found, isWhole: true };
}

/** Resolves at once the first time, then no more often than AWS allows. */
function everySoOften(clock: Clock, signal: AbortSignal): () => Promise<void> {
  let next = clock.now();
  return async () => {
    const wait = next - clock.now();
    next = Math.max(next, clock.now()) + spacing;
    if (wait > 0) await sleep(clock, wait, signal);
  };
}

function whyNot(error: unknown): [message: string, permission?: string] {
  if (!(error instanceof Error)) return [String(error)];
  if (!(error instanceof HistoryError) || !error.denied) return [error.message];
  const { cause } = error;
  const isPermission = cause instanceof Error && kindOfName(cause.name) === 'Denied';
  const named = /not authorized to perform:? ([a-z0-9-]+:\w+)/i.exec(error.message)?.[1];
  return isPermission ? [error.message, named ?? 'cloudtrail:LookupEvents'] : [error.message];
}

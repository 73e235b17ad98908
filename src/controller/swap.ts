/**
 * The swap protocol: the exchange of the only delegated administrator that a service allows.
 *
 * `status.replacement` is the rollback record. It is stored before the first change, and again with `deregisteredAt`
 * right before the operator deregisters the previous administrator. So a record says what this resource's own calls
 * may have done, and nothing else is ever concluded from it.
 *
 * | phase       | the record                                   | AWS shows                       | what follows |
 * |-------------|----------------------------------------------|---------------------------------|--------------|
 * | `None`      | there is none                                | anything                        | a swap may start: store the record, ask AWS |
 * | `Untrusted` | is of another uid, or has `deregisteredAt` and is unfinished for 24 hours | anything | stall; no account is registered or deregistered out of it |
 * | `Refused`   | has a refusal                                | anything                        | keep the administrator; ask again when the spec, the account or a request changes, or at `retryAt` |
 * | `Unread`    | is unfinished                                | could not be read               | keep the record, change nothing |
 * | `Asking`    | has no `deregisteredAt`                      | anything                        | nothing was changed: ask again, or forget |
 * | `Leaving`   | has `deregisteredAt` of the last minute      | the previous administrator      | the call may still arrive: keep the record, wait while reads may be stale |
 * | `Gap`       | has `deregisteredAt`                         | no administrator                | register the new one; if AWS refuses it, the previous one |
 * | `Over`      | has `deregisteredAt`                         | an administrator                | forget the record |
 *
 * Steps of a swap: store the record (`Asking`); register the new account while the previous one is registered, where
 * only the answer "slot taken" proves permission and account; store `deregisteredAt` (`Leaving`); deregister the
 * previous account (`Gap`); register the new one (`Over`). If AWS refuses it after all, register the previous one again
 * and remember the refusal (`Refused`).
 */
import type { Reason } from '../crds/reasons.ts';
import type { Refusal, Replacement } from '../crds/status.ts';
import { clearReplacementAnnotation } from '../crds/trustedAccess.ts';
import type { Applied } from './attempt.ts';
import { type Fact, type Obstacle, stalled } from './fact.ts';
import type { Observation } from './observation.ts';
import type { AccountState, CloudError } from './ports.ts';

export type Phase = 'None' | 'Untrusted' | 'Refused' | 'Unread' | 'Asking' | 'Leaving' | 'Gap' | 'Over';

export interface SwapFacts {
  /** Of the resource that has the record in its status. */
  readonly uid: string;
  readonly administrators: Observation['administrators'];
  /** Since when this process knows a record that began later than now, as clocks have it (epoch milliseconds). */
  readonly knownSince?: number | undefined;
}

/** Milliseconds for which an unfinished swap is acted on; a refusal stands until something lifts it. */
const longestTrust = 24 * 3_600_000;
/** Milliseconds in which a read may show AWS as it was before a change. */
const staleTime = 5_000;
/** Milliseconds: longer than a call that was sent takes to arrive. */
const longestWay = 60_000;

/** Where a swap stands. @param now epoch milliseconds */
export function phase(record: Replacement | undefined, facts: SwapFacts, now: number): Phase {
  if (!record) return 'None';
  if (record.uid !== facts.uid) return 'Untrusted';
  if (record.refusal) return 'Refused';
  if (record.deregisteredAt === undefined) return facts.administrators.known ? 'Asking' : 'Unread';
  if (now - Date.parse(record.startedAt) > longestTrust) return 'Untrusted';
  if (!facts.administrators.known) return 'Unread';
  if (facts.administrators.value.length === 0) return 'Gap';
  const isShown = facts.administrators.value.some(({ accountId }) => accountId === record.from);
  return isShown && sinceDeregistration(record, facts, now) < longestWay ? 'Leaving' : 'Over';
}

function sinceDeregistration(
  { deregisteredAt, startedAt }: Replacement,
  { knownSince }: SwapFacts,
  now: number,
) {
  return now - Math.min(Date.parse(deregisteredAt ?? startedAt), knownSince ?? now);
}

/**
 * Milliseconds to wait before a read is believed that still shows the previous administrator: the swap may be another
 * process's, which ended right after its deregistration.
 */
export function swapUncertainty(record: Replacement | undefined, facts: SwapFacts, now: number): number {
  if (!record || phase(record, facts, now) !== 'Leaving') return 0;
  return Math.max(0, staleTime - sinceDeregistration(record, facts, now));
}

/** Milliseconds until the deregistration that was sent can arrive no more; undefined: nothing is awaited. */
export function swapAwaits(
  record: Replacement | undefined,
  facts: SwapFacts,
  now: number,
): number | undefined {
  if (!record || phase(record, facts, now) !== 'Leaving') return undefined;
  return longestWay - sinceDeregistration(record, facts, now);
}

/** Whether a gap of this resource's own making may be open, before AWS was read. */
export function mayHaveOpened(record: Replacement | undefined, uid: string, now: number): boolean {
  const unread = { known: true, value: [] } as const;
  return phase(record, { uid, administrators: unread }, now) === 'Gap';
}

/** Why this record is not acted on; undefined: it may be, or there is none. */
export function distrust(
  record: Replacement | undefined,
  { name, uid }: { readonly name: string; readonly uid: string },
  now: number,
): Obstacle | undefined {
  const facts: SwapFacts = { uid, administrators: { known: true, value: [] } };
  if (!record || phase(record, facts, now) !== 'Untrusted') return undefined;
  const why =
    record.uid === uid ? 'is unfinished for more than 24 hours' : 'was not written for this resource';
  return stalled(
    'UntrustedRecord',
    `The rollback record status.replacement (${record.from} to ${record.to}, started ${record.startedAt}) ${why}, so the operator registers no account out of it. Check who should administer the service, then clear it: kubectl annotate trustedaccess ${name} --overwrite ${clearReplacementAnnotation}=${record.startedAt}`,
  );
}

export interface SwapContext {
  readonly generation: number;
  readonly requestedAt: string | undefined;
  readonly candidates: Observation['candidates'];
}

/** The refusal that keeps this account from being tried again for nothing. */
export function standingRefusal(
  record: Replacement | undefined,
  to: string,
  { generation, requestedAt, candidates }: SwapContext,
  now: number,
): Refusal | undefined {
  const past = record?.to === to ? record.refusal : undefined;
  if (!past || (past.retryAt !== undefined && now >= Date.parse(past.retryAt))) return undefined;
  const isSame =
    past.generation === generation &&
    past.requestedAt === requestedAt &&
    past.accountState === candidateState(candidates.get(to));
  return isSame ? past : undefined;
}

/** The account's state as a refusal remembers it. */
export function candidateState(state: Fact<AccountState | undefined> | undefined): string {
  if (!state?.known) return 'Unknown';
  return state.value ?? 'Absent';
}

export interface Ended {
  readonly applied: Applied;
  readonly facts: SwapFacts;
  readonly candidates: Observation['candidates'];
  readonly generation: number;
  /** Declared accounts; undefined: not managed. */
  readonly wanted: readonly string[] | undefined;
}

/** What of the record has to stay after a reconcile; undefined: it is forgotten. */
export function keptRecord(
  record: Replacement | undefined,
  ended: Ended,
  now: number,
): Replacement | undefined {
  const { applied, facts, wanted, generation, candidates } = ended;
  if (applied.kind === 'Refused') return applied.replacement;
  const registered = facts.administrators.known
    ? facts.administrators.value.map((it) => it.accountId)
    : undefined;
  switch (record && phase(record, facts, now)) {
    case 'Untrusted':
      return isInSyncWithout(registered, wanted) ? undefined : record;
    case 'Unread':
      return record;
    // No administrator is the desired state: that is no gap any more, and no account has to come back.
    case 'Gap':
      return wanted?.length === 0 ? undefined : record;
    case 'Leaving':
      return applied.kind === 'Done' || isUncertain(applied) ? record : undefined;
    case 'Refused': {
      if (!registered || !record?.refusal) return record;
      const isNamed = wanted?.includes(record.to) && !registered.includes(record.to);
      const stands = record.refusal.generation === generation && isNamed;
      return stands && !hasChanged(candidates.get(record.to), record.refusal) ? record : undefined;
    }
    default:
      return undefined;
  }
}

/** Nothing is left that a record could be about. */
function isInSyncWithout(
  registered: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
): boolean {
  if (!registered) return false;
  if (!wanted) return registered.length > 0;
  return registered.length === wanted.length && registered.every((accountId) => wanted.includes(accountId));
}

/** Whether a change took effect is not known, and reads of this moment may be from before it. */
function isUncertain(applied: Applied): boolean {
  return applied.kind === 'Unverified' || (applied.kind === 'Failed' && !isRefusal(applied.error));
}

/** Another state of the account than the one that was refused. Not read is no change. */
function hasChanged(state: Fact<AccountState | undefined> | undefined, { accountState }: Refusal): boolean {
  return state?.known === true && candidateState(state) !== accountState;
}

/** AWS said no, and waiting some seconds would not change that. */
export function isRefusal({ kind }: CloudError): boolean {
  return kind === 'blocked' || kind === 'denied';
}

/** Not that an account is missing or not active: it was seen to be, right before, so AWS itself is not sure. */
const finalReasons: ReadonlySet<Reason> = new Set<Reason>([
  'ManagementAccountNotAllowed',
  'DelegationNotSupported',
  'UnrecognizedServicePrincipal',
  'NotAllFeatures',
  'OrganizationNotInUse',
]);

/** Only a change of the spec, of the account or of the organization lifts it; a permission may be granted any time. */
export function isFinal({ kind, reason }: CloudError): boolean {
  return kind === 'blocked' && finalReasons.has(reason);
}

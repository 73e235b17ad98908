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
import { reasonOf } from '../crds/reasons.ts';
import type { Refusal, Replacement } from '../crds/status.ts';
import { clearReplacementAnnotation, type Metadata, requestedAtAnnotation } from '../crds/trustedAccess.ts';
import { sinceWhen } from '../time/clock.ts';
import type { Observation } from './observe.ts';
import type { Plan, PlanInput } from './plan.ts';
import type { AccountState } from './ports.ts';
import { type Fact, type Obstacle, stalled } from './terms.ts';

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

/**
 * Since when this process knows a record that began later than now, as clocks have it: a clock was set back, or another
 * process's is ahead. Undefined: the record began in the past. Epoch milliseconds.
 */
export function swapKnownSince(
  record: Replacement | undefined,
  known: number | undefined,
  now: number,
): number | undefined {
  const began = record && (record.deregisteredAt ?? record.startedAt);
  return began !== undefined && Date.parse(began) > now ? sinceWhen(known, now) : undefined;
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
  { name, uid }: Pick<Metadata, 'name' | 'uid'>,
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

/** The record of a gap that this resource's own deregistration left open: it is closed before anything else. */
export function openGap({ replacement, uid, observation, now }: PlanInput): Replacement | undefined {
  const { administrators } = observation;
  return phase(replacement, { uid, administrators }, now) === 'Gap' ? replacement : undefined;
}

/** Rolls back: the plan that registers the previous administrator again. */
export function planRollback(gap: Replacement): Plan {
  return { actions: [{ kind: 'RestoreAdministrator', accountId: gap.from, instead: gap.to }] };
}

/**
 * Resumes a swap in its gap. @param to the declared account to register; undefined: none may be registered
 * @param obstacle why not
 */
export function planResumption(
  gap: Replacement,
  to: string | undefined,
  obstacle: Obstacle | undefined,
): Plan {
  if (to !== undefined) return { actions: [{ kind: 'ReplaceAdministrator', from: gap.from, to }] };
  if (obstacle?.kind === 'Retry') return { actions: [], stop: obstacle };
  return { ...planRollback(gap), ...(obstacle && { stop: obstacle }) };
}

/** Starts a swap, unless AWS refused this very account before and nothing has changed since. */
export function planSwap(from: string, to: string, input: PlanInput): Plan {
  const refusal = standingRefusal(to, input);
  if (!refusal) return { actions: [{ kind: 'ReplaceAdministrator', from, to }] };
  const next = refusal.retryAt === undefined ? '' : `Next attempt at ${refusal.retryAt}. `;
  return {
    actions: [],
    stop: stalled(
      reasonOf(refusal.reason),
      `AWS refused account ${to} (${refusal.message}); the operator keeps the current administrator. ${next}Fix the account or spec.delegatedAdministrators, or set the annotation ${requestedAtAnnotation} to retry now`,
    ),
  };
}

/** The refusal that keeps this account from being tried again for nothing. */
export function standingRefusal(
  to: string,
  {
    replacement,
    generation,
    requestedAt,
    observation,
    now,
  }: Pick<PlanInput, 'replacement' | 'generation' | 'requestedAt' | 'now'> & {
    readonly observation: Pick<Observation, 'candidates'>;
  },
): Refusal | undefined {
  const past = replacement?.to === to ? replacement.refusal : undefined;
  if (!past || (past.retryAt !== undefined && now >= Date.parse(past.retryAt))) return undefined;
  const isSame =
    past.generation === generation &&
    past.requestedAt === requestedAt &&
    past.accountState === candidateState(observation.candidates.get(to));
  return isSame ? past : undefined;
}

/** The account's state as a refusal remembers it. */
export function candidateState(state: Fact<AccountState | undefined> | undefined): string {
  if (!state?.known) return 'Unknown';
  return state.value ?? 'Absent';
}

/** The steps of a swap, whose table is in the head of `swap.ts`, and what of its record stays afterwards. */
import type { Refusal, Replacement } from '../crds/status.ts';
import { requestedAtAnnotation, type TrustedAccess } from '../crds/trustedAccess.ts';
import { type Clock, isoTime } from '../time/clock.ts';
import { sleep } from '../time/sleep.ts';
import type { Answer, Applied, SingleAction } from './apply.ts';
import type { ReadContext } from './context.ts';
import type { Observation } from './observe.ts';
import type { AccountState, Action } from './ports.ts';
import type { ReportedOutcome } from './status.ts';
import { candidateState, phase, type SwapFacts, swapAwaits } from './swap.ts';
import { CloudError, type Fact, isFinal, isRefusal, type Obstacle, obstacleOf, stalled } from './terms.ts';

/** What the steps of a swap need: facts, and the effects that they may have. */
export interface SwapSteps {
  /** Its status is the one that the plan was made from. */
  readonly resource: TrustedAccess;
  readonly observation: Observation;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Stores `status.replacement`. False: the resource is gone. A rejection: the next step must not be taken. */
  readonly storeRecord: (record: Replacement) => Promise<boolean>;
  /** One write to AWS. */
  readonly write: (action: SingleAction) => Promise<Answer>;
  /** AWS accepted this change. */
  readonly rememberWrite: (action: Action) => void;
  /** Reads until AWS shows the change. */
  readonly verify: (action: Action, accepted: Answer) => Promise<Applied>;
  readonly emitRollback: (from: string, to: string, message: string) => void;
}

/** Milliseconds until a swap that AWS refused for a reason not known to be final is tried again: it opens a gap. */
const slowRetry = 3_600_000;

type Swap = Extract<Action, { kind: 'ReplaceAdministrator' }>;

/**
 * Carries a swap out, or on from a gap. Rejects before it deregisters an account without a stored record; a gap that is
 * open already is closed even if the resource is gone.
 */
export async function replaceAdministrator(swap: Swap, steps: SwapSteps): Promise<Applied> {
  let record = recordFor(swap, steps);
  const isStored = await steps.storeRecord(record);
  let accepted: Answer | undefined;
  if (isRegistered(swap.from, steps.observation)) {
    if (!isStored) throw goneBefore(swap, steps);
    const answer = await register(swap.to, steps);
    if (answer instanceof CloudError && answer.kind !== 'slotTaken')
      return isFinal(answer) ? refused(record, answer, steps) : failed(answer);
    record = await storeDeregistration(record, swap, steps);
    const left = await deregister(swap.from, steps);
    if (left instanceof CloudError) return failed(left);
    // AWS had room for both: nothing is left to register.
    if (!(answer instanceof CloudError)) accepted = left;
  }
  const answer = accepted ?? (await registerPatiently(swap.to, steps));
  if (answer instanceof CloudError)
    return isRefusal(answer) ? rollBack(record, answer, steps) : failed(answer);
  steps.rememberWrite(swap);
  return steps.verify(swap, answer);
}

/** Stores that the previous administrator's deregistration is sent next. Returns the stored record. */
async function storeDeregistration(asking: Replacement, swap: Swap, steps: SwapSteps): Promise<Replacement> {
  const record = { ...asking, deregisteredAt: isoTime(steps.clock.now()) };
  if (await steps.storeRecord(record)) return record;
  // What this process remembers must not claim a deregistration that it does not send.
  await steps.storeRecord(asking);
  throw goneBefore(swap, steps);
}

function goneBefore({ from }: Swap, { resource: { metadata } }: SwapSteps): Error {
  const gone = `The resource ${metadata.name} was deleted or recreated before its rollback record was stored`;
  return new Error(`${gone}, so the operator keeps the delegated administrator ${from}.`);
}

/** An earlier deregistration of the same account, which may still take effect, stays on record. */
function recordFor({ from, to }: Swap, { resource, observation, clock }: SwapSteps): Replacement {
  const { uid } = resource.metadata;
  const { replacement } = resource.status;
  const now = clock.now();
  const isOpen = ['Gap', 'Leaving'].includes(
    phase(replacement, { uid, administrators: observation.administrators }, now),
  );
  if (replacement?.from === from && isOpen) return { ...replacement, to };
  return { uid, from, to, startedAt: isoTime(now) };
}

function isRegistered(accountId: string, { administrators }: Observation): boolean {
  return (
    administrators.known &&
    administrators.value.some((administrator) => administrator.accountId === accountId)
  );
}

function register(accountId: string, { write }: SwapSteps): Promise<Answer> {
  return write({ kind: 'RegisterAdministrator', accountId });
}

async function deregister(accountId: string, { write, rememberWrite }: SwapSteps): Promise<Answer> {
  const action: SingleAction = { kind: 'DeregisterAdministrator', accountId };
  const answer = await write(action);
  if (!(answer instanceof CloudError)) rememberWrite(action);
  return answer;
}

const patience = [250, 500, 1_000, 2_000, 4_000, 8_000];

/** The gap is open: what is not a refusal is tried again here, before anything else has to. */
async function registerPatiently(accountId: string, steps: SwapSteps): Promise<Answer> {
  for (const delay of patience) {
    const answer = await register(accountId, steps);
    if (!(answer instanceof CloudError) || isRefusal(answer)) return answer;
    await sleep(steps.clock, delay, steps.signal);
  }
  return register(accountId, steps);
}

function failed(error: CloudError): Applied {
  return { kind: 'Failed', error };
}

async function rollBack(record: Replacement, refusal: CloudError, steps: SwapSteps): Promise<Applied> {
  const { from, to } = record;
  const action: Action = { kind: 'RestoreAdministrator', accountId: from, instead: to };
  const answer = await registerPatiently(from, steps);
  if (answer instanceof CloudError) {
    if (!isRefusal(answer)) return failed(answer);
    return { kind: 'Refused', obstacle: bothRefused(from, to, refusal, answer), replacement: record };
  }
  steps.rememberWrite(action);
  steps.emitRollback(from, to, refusal.message);
  // The observation that follows is to show it.
  await steps.verify(action, answer);
  return refused(record, refusal, steps);
}

function bothRefused(from: string, to: string, refused: CloudError, error: CloudError): Obstacle {
  return stalled(
    error.reason,
    `AWS refused ${to} (${refused.message}) and then ${from} too (${error.message}). No account administers the service until AWS accepts one of them; retrying`,
  );
}

/** The record of a refusal, which keeps the operator from trying the same account again for nothing. */
function refused(
  record: Replacement,
  error: CloudError,
  { resource, observation, clock }: SwapSteps,
): Applied {
  const { generation, annotations } = resource.metadata;
  const requestedAt = annotations[requestedAtAnnotation];
  const now = clock.now();
  const refusal: Refusal = {
    reason: error.reason,
    message: error.message,
    at: isoTime(now),
    generation,
    accountState: candidateState(observation.candidates.get(record.to)),
    ...(requestedAt !== undefined && { requestedAt }),
    ...(!isFinal(error) && { retryAt: isoTime(now + slowRetry) }),
  };
  return {
    kind: 'Refused',
    obstacle: stalled(error.reason, `${obstacleOf(error).message}; ${record.from} stays the administrator`),
    replacement: { ...record, refusal },
  };
}

export interface Ended {
  readonly applied: Applied;
  readonly facts: SwapFacts;
  /** AWS after the reconcile. */
  readonly observation: Observation;
}

/** What of the record has to stay after a reconcile; undefined: it is forgotten. */
export function keptRecord(
  record: Replacement | undefined,
  { resource, desired }: Pick<ReadContext, 'resource' | 'desired'>,
  { applied, facts, observation }: Ended,
  now: number,
): Replacement | undefined {
  const { generation } = resource.metadata;
  const { administrators: wanted } = desired;
  const { candidates } = observation;
  if (applied.kind === 'Refused') return withStateNow(applied.replacement, observation);
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

/** The account may have changed while its swap was under way: a later change back has to count as a change. */
function withStateNow(record: Replacement, { candidates }: Observation): Replacement {
  const state = candidates.get(record.to);
  if (!record.refusal || !state?.known) return record;
  return { ...record, refusal: { ...record.refusal, accountState: candidateState(state) } };
}

/** A record is kept no longer than the call it is about may take: the next reconcile drops it. */
export function untilArrived(
  outcome: ReportedOutcome,
  record: Replacement | undefined,
  facts: SwapFacts,
  now: number,
): ReportedOutcome {
  if (outcome.kind !== 'InSync') return outcome;
  const after = swapAwaits(record, facts, now);
  return after === undefined ? outcome : { ...outcome, after };
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

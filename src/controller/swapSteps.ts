import type { Refusal, Replacement } from '../crds/status.ts';
import { isoTime } from '../time/clock.ts';
import { sleep } from '../time/sleep.ts';
import { type Applied, attempt, verifiedAs, type Work } from './attempt.ts';
import { type Obstacle, obstacleOf, stalled } from './fact.ts';
import type { Observation } from './observation.ts';
import type { Action, CloudError } from './ports.ts';
import { isFinal, isRefusal, phase } from './swap.ts';
import { verify } from './verify.ts';

/** Milliseconds until a swap that AWS refused for a reason not known to be final is tried again: it opens a gap. */
const slowRetry = 3_600_000;

type Swap = Extract<Action, { kind: 'ReplaceAdministrator' }>;

/** Carries a swap out, or on from a gap, as the table in the head of this file says. */
export async function replaceAdministrator(swap: Swap, work: Work): Promise<Applied> {
  let record = recordFor(swap, work);
  await work.record(record);
  let isRoomy = false;
  if (isRegistered(swap.from, work.observation)) {
    const answer = await register(swap.to, work);
    if (answer && answer.kind !== 'slotTaken')
      return isFinal(answer) ? remember(record, answer, work) : failed(answer);
    record = { ...record, deregisteredAt: isoTime(work.clock.now()) };
    await work.record(record);
    const kept = await deregister(swap.from, work);
    if (kept) return failed(kept);
    isRoomy = answer === undefined;
  }
  const refused = isRoomy ? undefined : await registerPatiently(swap.to, work);
  if (refused) return isRefusal(refused) ? rollBack(record, refused, work) : failed(refused);
  work.wrote(swap);
  return verifiedAs(await verify(swap, work));
}

/** An earlier deregistration of the same account, which may still take effect, stays on record. */
function recordFor({ from, to }: Swap, { replacement, observation, clock, uid }: Work): Replacement {
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

function register(accountId: string, work: Work): Promise<CloudError | undefined> {
  return attempt(() => work.organizations.registerAdministrator(work.principal, accountId, work.signal));
}

async function deregister(accountId: string, work: Work): Promise<CloudError | undefined> {
  const error = await attempt(() =>
    work.organizations.deregisterAdministrator(work.principal, accountId, work.signal),
  );
  if (!error) work.wrote({ kind: 'DeregisterAdministrator', accountId });
  return error;
}

const patience = [250, 500, 1_000, 2_000, 4_000, 8_000];

/** The gap is open: what is not a refusal is tried again here, before anything else has to. */
async function registerPatiently(accountId: string, work: Work): Promise<CloudError | undefined> {
  for (const delay of patience) {
    const error = await register(accountId, work);
    if (!error || isRefusal(error)) return error;
    await sleep(work.clock, delay, work.signal);
  }
  return register(accountId, work);
}

function failed(error: CloudError): Applied {
  return { kind: 'Failed', error };
}

async function rollBack(record: Replacement, refused: CloudError, work: Work): Promise<Applied> {
  const { from, to } = record;
  const action: Action = { kind: 'RestoreAdministrator', accountId: from, instead: to };
  const error = await registerPatiently(from, work);
  if (error && !isRefusal(error)) return failed(error);
  if (error) {
    return { kind: 'Refused', obstacle: bothRefused(from, to, refused, error), replacement: record };
  }
  work.wrote(action);
  work.rolledBack(from, to, refused.message);
  // The observation that follows is to show it.
  await verify(action, work);
  return remember(record, refused, work);
}

function bothRefused(from: string, to: string, refused: CloudError, error: CloudError): Obstacle {
  return stalled(
    error.reason,
    `AWS refused ${to} (${refused.message}) and then ${from} too (${error.message}): no account administers the service until AWS accepts one of them`,
  );
}

function remember(record: Replacement, refused: CloudError, work: Work): Applied {
  const now = work.clock.now();
  const refusal: Refusal = {
    reason: refused.reason,
    message: refused.message,
    at: isoTime(now),
    ...work.refusalContext(record.to),
    ...(!isFinal(refused) && { retryAt: isoTime(now + slowRetry) }),
  };
  const { message } = obstacleOf(refused);
  return {
    kind: 'Refused',
    obstacle: stalled(refused.reason, `${message}; ${record.from} stays the administrator`),
    replacement: { ...record, refusal },
  };
}

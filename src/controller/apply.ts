import type { Reason } from '../crds/reasons.ts';
import type { Replacement } from '../crds/status.ts';
import { isoTime, sleep } from './clock.ts';
import { type Obstacle, obstacleOf, stalled } from './fact.ts';
import type { Observation } from './observation.ts';
import { type Action, type Clock, CloudError, type Organizations } from './ports.ts';
import { type Seen, verify } from './verify.ts';

/** What applying needs beside the actions. */
export interface Work {
  readonly organizations: Organizations;
  readonly principal: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observation: Observation;
  /** Stores `status.replacement` before the first half of a swap; a rejection means nothing was opened. */
  readonly record: (replacement: Replacement) => Promise<void>;
  /** What a refusal of this account remembers, so that the swap is not tried again for nothing. */
  readonly refusalContext: (accountId: string) => {
    readonly generation: number;
    readonly accountState: string;
    readonly requestedAt?: string;
  };
  readonly started: (action: Action) => void;
  /** AWS registered this account for this process before, so it may be registered, and by us. */
  readonly hasAccepted: (accountId: string) => boolean;
  /** AWS will not have this account as administrator, whatever it did before. */
  readonly refused: (accountId: string) => void;
  /** AWS accepted a change. */
  readonly wrote: (action: Action) => void;
  readonly verified: (action: Action, milliseconds: number) => void;
  readonly rolledBack: (from: string, to: string, message: string) => void;
}

/** How far it came. `seen`: what the verifying reads showed; where not all is done, only a new look tells. */
export type Applied =
  | { readonly kind: 'Done'; readonly seen: Seen }
  | { readonly kind: 'Failed'; readonly error: CloudError }
  | { readonly kind: 'Unverified' }
  | { readonly kind: 'Refused'; readonly obstacle: Obstacle; readonly replacement: Replacement };

/**
 * Carries out one action after the other, each verified by a read. The first that does not succeed ends it, but for
 * this: an account that AWS refuses to register keeps none of those declared beside it from coming.
 */
export async function apply(actions: readonly Action[], work: Work): Promise<Applied> {
  let seen: Seen = {};
  let refused: Applied | undefined;
  for (const action of actions) {
    if (refused && action.kind !== 'RegisterAdministrator') break;
    const startedAt = work.clock.now();
    work.started(action);
    const applied = await carryOut(action, work);
    if (applied.kind === 'Done') {
      seen = { ...seen, ...applied.seen };
      work.verified(action, work.clock.now() - startedAt);
    } else if (isOneRefused(action, applied)) refused ??= applied;
    else return applied;
  }
  return refused ?? { kind: 'Done', seen };
}

function isOneRefused(action: Action, applied: Applied): boolean {
  return (
    action.kind === 'RegisterAdministrator' && applied.kind === 'Failed' && applied.error.kind === 'blocked'
  );
}

async function carryOut(action: Action, work: Work): Promise<Applied> {
  if (action.kind === 'ReplaceAdministrator') return replace(action, work);
  const error = await attempt(() => write(action, work));
  if (error) return { kind: 'Failed', error };
  work.wrote(action);
  return conclude(await verify(action, work));
}

function conclude(seen: Seen | undefined): Applied {
  return seen ? { kind: 'Done', seen } : { kind: 'Unverified' };
}

function write(action: Exclude<Action, { kind: 'ReplaceAdministrator' }>, work: Work): Promise<void> {
  const { organizations, principal, signal } = work;
  switch (action.kind) {
    case 'EnableAccess':
      return organizations.enableAccess(principal, signal);
    case 'DisableAccess':
      return organizations.disableAccess(principal, signal);
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return organizations.registerAdministrator(principal, action.accountId, signal);
    case 'DeregisterAdministrator':
      return organizations.deregisterAdministrator(principal, action.accountId, signal);
  }
}

/** Undefined when it worked. */
async function attempt(call: () => Promise<void>): Promise<CloudError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}

type Swap = Extract<Action, { kind: 'ReplaceAdministrator' }>;

/**
 * One administrator for another where only one is allowed. The way back is stored first. Then the new one is
 * registered although the slot is taken: AWS answers that it is taken only to somebody who may register, and
 * refuses a bad account while the old one is still there. Only then the old one goes, the new one comes, and
 * when AWS refuses it after all the old one is put back. Whom AWS took from this process before needs no asking:
 * the gap is shorter by the wait that AWS's rate of registrations would add.
 */
async function replace(swap: Swap, work: Work): Promise<Applied> {
  const { from, to } = swap;
  let replacement: Replacement = { from, to, startedAt: isoTime(work.clock.now()) };
  await work.record(replacement);
  const wasRegistered = isRegistered(from, work.observation);
  const known = wasRegistered && work.hasAccepted(to);
  let refused = known ? undefined : await register(to, work);
  const slotTaken = known || refused?.kind === 'slotTaken';
  if (wasRegistered && (!refused || slotTaken)) {
    replacement = await renewed(replacement, work);
    const failed = await deregister(from, work);
    if (failed) return { kind: 'Failed', error: failed };
  }
  if (slotTaken) refused = await registerPatiently(to, work);
  if (!refused) {
    work.wrote(swap);
    return conclude(await verify(swap, work));
  }
  if (!isFinal(refused)) return { kind: 'Failed', error: refused };
  work.refused(to);
  if (slotTaken || !wasRegistered) return rollBack(replacement, refused, work);
  // Asking again opens no gap, and nothing here would show that a permission was granted meanwhile.
  if (refused.kind === 'denied') return { kind: 'Failed', error: refused };
  return remember(replacement, refused, work);
}

/** Milliseconds. */
const longestAsking = 1_000;

/**
 * The way back, stored anew when asking took long: another process trusts no read that shows the old one for as long
 * after this moment as a read may be stale.
 */
async function renewed(replacement: Replacement, work: Work): Promise<Replacement> {
  const now = work.clock.now();
  if (now - Date.parse(replacement.startedAt) < longestAsking) return replacement;
  const again = { ...replacement, startedAt: isoTime(now) };
  await work.record(again);
  return again;
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

/** The gap is open: what is not a refusal is tried again here, before anybody else has to. */
async function registerPatiently(accountId: string, work: Work): Promise<CloudError | undefined> {
  for (const delay of patience) {
    const error = await register(accountId, work);
    if (!error || isFinal(error)) return error;
    await sleep(work.clock, delay, work.signal);
  }
  return register(accountId, work);
}

function isFinal({ kind }: CloudError): boolean {
  return kind === 'blocked' || kind === 'denied';
}

async function rollBack(replacement: Replacement, refused: CloudError, work: Work): Promise<Applied> {
  const { from, to } = replacement;
  const action: Action = { kind: 'RestoreAdministrator', accountId: from, instead: to };
  const failed = await registerPatiently(from, work);
  if (failed && !isFinal(failed)) return { kind: 'Failed', error: failed };
  if (failed) {
    const obstacle = bothRefused(from, to, refused, failed);
    return { kind: 'Refused', obstacle, replacement };
  }
  work.wrote(action);
  work.rolledBack(from, to, refused.message);
  // The look that follows is to show it.
  await verify(action, work);
  return remember(replacement, refused, work);
}

function bothRefused(from: string, to: string, refused: CloudError, failed: CloudError): Obstacle {
  return stalled(
    failed.reason,
    `AWS refused ${to} (${refused.message}) and then ${from} too (${failed.message}): nobody administers the service until one of them is accepted`,
  );
}

function remember(replacement: Replacement, refused: CloudError, work: Work): Applied {
  const reason: Reason = refused.reason;
  const refusal = {
    reason,
    message: refused.message,
    at: isoTime(work.clock.now()),
    ...work.refusalContext(replacement.to),
  };
  const { message } = obstacleOf(refused);
  return {
    kind: 'Refused',
    obstacle: stalled(reason, `${message}; ${replacement.from} stays the administrator`),
    replacement: { ...replacement, refusal },
  };
}

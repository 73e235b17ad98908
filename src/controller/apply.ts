import { type Applied, attempt, verifiedAs, type Work } from './attempt.ts';
import type { Action } from './ports.ts';
import { replaceAdministrator } from './swapSteps.ts';
import { type Seen, verify } from './verify.ts';

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
  if (action.kind === 'ReplaceAdministrator') return replaceAdministrator(action, work);
  const error = await attempt(() => write(action, work));
  if (error) return { kind: 'Failed', error };
  work.wrote(action);
  return verifiedAs(await verify(action, work));
}

function write(action: Exclude<Action, { kind: 'ReplaceAdministrator' }>, work: Work): Promise<unknown> {
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

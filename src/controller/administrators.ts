import { reasonOf } from '../crds/reasons.ts';
import type { Refusal, Replacement } from '../crds/status.ts';
import { requestedAtAnnotation } from '../crds/trustedAccess.ts';
import { type Obstacle, stalled } from './fact.ts';
import type { AccountState, Action, Administrator } from './ports.ts';
import { phase, standingRefusal } from './swap.ts';
import type { Plan, View } from './view.ts';

/**
 * Who has to be registered and deregistered, so that at no end there is nobody where somebody is
 * declared: registrations first where there is room, else one replacement at a time; nobody is
 * deregistered while somebody declared cannot be registered.
 */
export function planAdministrators(view: View): Plan {
  const { administrators } = view.observation;
  const { administrators: wanted } = view.desired;
  if (!administrators.known)
    return wanted || view.replacement || view.distrust ? stop(administrators.obstacle) : done;
  const current = administrators.value;
  const gap = openGap(view);
  if (!wanted) return gap ? restore(gap) : done;
  const impossible = refusedByCatalogue(view, wanted);
  if (impossible) return stop(impossible);
  const { allowed, obstacle } = preflight(view, wanted, current);
  const next = allowed[0];
  if (gap && wanted.length > 0 && !wanted.includes(gap.from)) return closeGap(gap, next, obstacle);
  const surplus = current.map(({ accountId }) => accountId).filter((id) => !wanted.includes(id));
  const room = surplus.length > 0 ? roomBeside(current, view) : Number.POSITIVE_INFINITY;
  const fitting = allowed.slice(0, room);
  const actions: Action[] = fitting.map((accountId) => ({ kind: 'RegisterAdministrator', accountId }));
  const [to, from] = [allowed[room], surplus[0]];
  if (to !== undefined && from !== undefined) {
    const refused = standingRefusal(view.replacement, to, { ...view, ...view.observation }, view.now);
    return refused
      ? { actions, stop: refusal(refused, to) }
      : { actions: [...actions, { kind: 'ReplaceAdministrator', from, to }] };
  }
  if (obstacle) return { actions, stop: obstacle };
  actions.push(...surplus.map((accountId): Action => ({ kind: 'DeregisterAdministrator', accountId })));
  const idle = inactive(wanted, current);
  return { actions, ...(idle && { stop: idle }) };
}

const done: Plan = { actions: [] };

/** Only somebody who goes makes room; where nobody does, AWS alone can tell whether there is some. */
function roomBeside(current: readonly Administrator[], { maximum }: View): number {
  return Math.max(0, maximum - current.length);
}

function stop(obstacle: Obstacle): Plan {
  return { actions: [], stop: obstacle };
}

/** A gap that this resource's own deregistration left: it is closed before anything else. */
export function openGap({ replacement, uid, observation, now }: View): Replacement | undefined {
  const { administrators } = observation;
  return phase(replacement, { uid, administrators }, now) === 'Gap' ? replacement : undefined;
}

/** The rollback: the previous administrator comes back. */
export function restore(gap: Replacement): Plan {
  return { actions: [{ kind: 'RestoreAdministrator', accountId: gap.from, instead: gap.to }] };
}

function closeGap(gap: Replacement, to: string | undefined, obstacle: Obstacle | undefined): Plan {
  if (to !== undefined) return { actions: [{ kind: 'ReplaceAdministrator', from: gap.from, to }] };
  if (obstacle?.kind === 'Retry') return stop(obstacle);
  return { ...restore(gap), ...(obstacle && { stop: obstacle }) };
}

function refusedByCatalogue({ service }: View, wanted: readonly string[]): Obstacle | undefined {
  const maximum = service.maximumAdministrators;
  if (maximum === undefined || wanted.length <= maximum) return undefined;
  if (maximum === 0) {
    return stalled('DelegationNotSupported', `${service.title} has no delegated administrators: remove them`);
  }
  return stalled(
    'TooManyAdministrators',
    `${service.title} allows ${maximum} delegated administrator${maximum === 1 ? '' : 's'}, ${wanted.length} are declared`,
  );
}

/** Which of the missing accounts may be registered, and why the first of the others may not. */
function preflight(
  view: View,
  wanted: readonly string[],
  current: readonly Administrator[],
): { allowed: readonly string[]; obstacle: Obstacle | undefined } {
  const registered = new Set(current.map(({ accountId }) => accountId));
  const checked = wanted
    .filter((accountId) => !registered.has(accountId))
    .map((accountId) => ({ accountId, obstacle: accountObstacle(view, accountId) }));
  return {
    allowed: checked.filter(({ obstacle }) => !obstacle).map(({ accountId }) => accountId),
    obstacle: checked.find(({ obstacle }) => obstacle)?.obstacle,
  };
}

function accountObstacle({ observation }: View, accountId: string): Obstacle | undefined {
  if (accountId === observation.organization.managementAccountId) {
    return stalled(
      'ManagementAccountNotAllowed',
      `${accountId} is the management account, which cannot be a delegated administrator: declare a member account`,
    );
  }
  const state = observation.candidates.get(accountId);
  if (!state)
    return { kind: 'Retry', reason: 'ObservationFailed', message: `Account ${accountId} was not read` };
  if (!state.known) return state.obstacle;
  if (state.value === undefined) {
    return stalled(
      'AccountNotFound',
      `Account ${accountId} is not in organization ${observation.organization.id}: nothing is changed for it`,
    );
  }
  return state.value === 'ACTIVE' ? undefined : notActive(accountId, state.value);
}

function notActive(accountId: string, state: AccountState): Obstacle {
  return stalled('AccountNotActive', `Account ${accountId} is ${state}: an administrator must be ACTIVE`);
}

function inactive(wanted: readonly string[], current: readonly Administrator[]): Obstacle | undefined {
  const idle = current.find(({ accountId, state }) => wanted.includes(accountId) && state !== 'ACTIVE');
  return idle && notActive(idle.accountId, idle.state);
}

function refusal(past: Refusal, to: string): Obstacle {
  const next = past.retryAt === undefined ? '' : `Next attempt at ${past.retryAt}. `;
  return stalled(
    reasonOf(past.reason),
    `AWS refused account ${to} (${past.message}); the operator keeps the current administrator. ${next}Fix the account or spec.delegatedAdministrators, or set the annotation ${requestedAtAnnotation} to retry now`,
  );
}

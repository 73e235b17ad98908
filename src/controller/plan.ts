import type { Service } from '../crds/services.ts';
import type { Replacement } from '../crds/status.ts';
import type { TrustedAccessSpec } from '../crds/trustedAccess.ts';
import type { Applied } from './apply.ts';
import type { ReadContext } from './context.ts';
import {
  accountObstacle,
  catalogueObstacle,
  deregisterGuarded,
  disableGuard,
  inactiveObstacle,
} from './guards.ts';
import type { Access, Desired, Details, Observation } from './observe.ts';
import type { Action, Administrator } from './ports.ts';
import { distrust, openGap, planResumption, planRollback, planSwap } from './swap.ts';
import { type Obstacle, stalled } from './terms.ts';

/** Everything a plan may depend on. */
export interface PlanInput {
  readonly desired: Desired;
  readonly spec: TrustedAccessSpec;
  readonly service: Service;
  /** How many administrators the service allows, as far as is known; infinite: AWS decides. */
  readonly maximum: number;
  readonly observation: Observation;
  readonly details: Details | undefined;
  /** The rollback record, if it may be acted on. */
  readonly replacement: Replacement | undefined;
  /** Why there is a rollback record that may not. */
  readonly distrust: Obstacle | undefined;
  /** Why the policy permits nothing but the rollback of an own unfinished swap. */
  readonly forbidden: Obstacle | undefined;
  readonly uid: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly generation: number;
  readonly requestedAt: string | undefined;
}

/** Actions in their order, then, if the desired state is not reached by them, why. In sync: neither. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly stop?: Obstacle;
  /** Milliseconds until the held actions may be carried out. */
  readonly wait?: number;
}

export function planInput(
  { resource, desired, service, requestedAt, forbidden, learnedMaxima, clock }: ReadContext,
  observation: Observation,
  details: Details | undefined,
): PlanInput {
  const { metadata, spec, status } = resource;
  const now = clock.now();
  const suspect = distrust(status.replacement, metadata, now);
  const maxima = [service.maximumAdministrators, learnedMaxima.get(service.principal)];
  return {
    desired,
    spec,
    service,
    // The catalogue may be older than what AWS allows.
    maximum: Math.min(...maxima.filter((maximum) => maximum !== undefined)),
    observation,
    details,
    replacement: suspect ? undefined : status.replacement,
    distrust: suspect,
    forbidden,
    uid: metadata.uid,
    now,
    generation: metadata.generation,
    requestedAt,
  };
}

/** AWS said that there is no room: so many it is, until more are seen. Undefined: nothing was learned. */
export function learnedMaximum(
  applied: Applied,
  { administrators }: Observation,
  known = Number.POSITIVE_INFINITY,
): number | undefined {
  if (!administrators.known) return undefined;
  const registered = administrators.value.length;
  const isFull = applied.kind === 'Failed' && applied.error.kind === 'slotTaken';
  return isFull || registered > known ? Math.max(1, registered) : undefined;
}

/** From the desired state, the actual state and what happened before, to what to do. Pure. */
export function plan(input: PlanInput): Plan {
  if (input.forbidden) return planForbidden(input, input.forbidden);
  const planned = deregisterGuarded(input, planByFacts(input));
  return input.distrust ? restrained(planned, input, input.distrust) : planned;
}

/** Milliseconds until the reconcile that forgets the record of a swap which was rolled back. */
const shortWait = 1_000;

/** A swap never ends without an administrator, also when the policy stopped permitting it on the way. */
function planForbidden(input: PlanInput, forbidden: Obstacle): Plan {
  const { access } = input.observation;
  const gap = access.known && access.value.enabled ? openGap(input) : undefined;
  return gap ? { ...planRollback(gap), stop: forbidden, wait: shortWait } : stop(forbidden);
}

/** With a rollback record that is not trusted, the operator only enables and registers what the spec names. */
function restrained(planned: Plan, { desired, observation }: PlanInput, suspect: Obstacle): Plan {
  const isSafe = ({ kind }: Action) => kind === 'EnableAccess' || kind === 'RegisterAdministrator';
  const end = planned.actions.findIndex((action) => !isSafe(action));
  if (end >= 0) return { actions: planned.actions.slice(0, end), stop: suspect };
  const { administrators } = observation;
  const isOrphaned = !desired.administrators && administrators.known && administrators.value.length === 0;
  return isOrphaned && !planned.stop ? { ...planned, stop: suspect } : planned;
}

function planByFacts(input: PlanInput): Plan {
  const { account, organization, access } = input.observation;
  if (account !== organization.managementAccountId) return stop(notManagement(input.observation));
  if (!access.known) return stop(access.obstacle);
  if (input.desired.access === 'Disabled') return planDisabled(input, access.value);
  return planEnabled(input, access.value);
}

const done: Plan = { actions: [] };

function stop(obstacle: Obstacle): Plan {
  return { actions: [], stop: obstacle };
}

function notManagement({ account, organization }: Observation): Obstacle {
  return stalled(
    'NotManagementAccount',
    `The credentials belong to account ${account}; only the management account ${organization.managementAccountId} can change trusted access. Set spec.organization.roleArn to a role there`,
  );
}

function planEnabled(input: PlanInput, access: Access): Plan {
  if (access.enabled) return planAdministrators(input);
  if (input.service.enableFromService === 'Only') {
    return stop(
      stalled(
        'EnableFromServiceConsole',
        `${input.service.title} must be enabled from its own console or API, which also does its setup. Enable it there; the operator then manages it`,
      ),
    );
  }
  const administrators = planAdministrators(input);
  return { ...administrators, actions: [{ kind: 'EnableAccess' }, ...administrators.actions] };
}

function planDisabled(input: PlanInput, access: Access): Plan {
  const { administrators } = input.observation;
  if (input.desired.administrators?.length) return stop(stalled('InvalidSpec', bothDeclared));
  if (!administrators.known) return stop(administrators.obstacle);
  const registered = administrators.value.map(({ accountId }) => accountId);
  const gap = access.enabled && openGap(input);
  if (gap && !input.desired.administrators) return planAdministrators(input);
  if (registered.length > 0 && !input.desired.administrators) return stop(unmanaged(input, registered));
  if (access.enabled) {
    const guard = disableGuard(input);
    if (guard) return stop(guard);
  }
  const deregister = registered.map((accountId): Action => ({ kind: 'DeregisterAdministrator', accountId }));
  return { actions: access.enabled ? [...deregister, { kind: 'DisableAccess' }] : deregister };
}

const bothDeclared =
  'spec.access: Disabled allows no delegated administrators. Set spec.delegatedAdministrators: []';

function unmanaged({ service }: PlanInput, registered: readonly string[]): Obstacle {
  return stalled(
    'AdministratorsUnmanaged',
    `${registered.join(', ')} administers ${service.principal}, and this resource does not manage administrators. To deregister it before disabling, set spec.delegatedAdministrators: []`,
  );
}

/**
 * Which accounts to register and deregister, so that no plan ends with no administrator where one is declared:
 * registrations first where there is room, else one swap at a time. No account is deregistered while a declared one
 * cannot be registered.
 */
export function planAdministrators(input: PlanInput): Plan {
  const { administrators } = input.observation;
  const { administrators: wanted } = input.desired;
  if (!administrators.known)
    return wanted || input.replacement || input.distrust ? stop(administrators.obstacle) : done;
  const current = administrators.value;
  const gap = openGap(input);
  if (!wanted) return gap ? planRollback(gap) : done;
  const impossible = catalogueObstacle(input.service, wanted);
  if (impossible) return stop(impossible);
  const { allowed, obstacle } = preflight(input, wanted, current);
  if (gap && wanted.length > 0 && !wanted.includes(gap.from))
    return planResumption(gap, allowed[0], obstacle);
  const surplus = current.map(({ accountId }) => accountId).filter((id) => !wanted.includes(id));
  const room = surplus.length > 0 ? roomBeside(current, input.maximum) : Number.POSITIVE_INFINITY;
  const fitting = allowed.slice(0, room);
  const actions: Action[] = fitting.map((accountId) => ({ kind: 'RegisterAdministrator', accountId }));
  const [to, from] = [allowed[room], surplus[0]];
  if (to !== undefined && from !== undefined) {
    const swap = planSwap(from, to, input);
    return { ...swap, actions: [...actions, ...swap.actions] };
  }
  if (obstacle) return { actions, stop: obstacle };
  actions.push(...surplus.map((accountId): Action => ({ kind: 'DeregisterAdministrator', accountId })));
  const inactive = inactiveObstacle(wanted, current);
  return { actions, ...(inactive && { stop: inactive }) };
}

/** Only an account that leaves makes room; where none leaves, AWS alone can tell whether there is some. */
function roomBeside(current: readonly Administrator[], maximum: number): number {
  return Math.max(0, maximum - current.length);
}

/** Which of the missing accounts may be registered, and why the first of the others may not. */
function preflight(
  { observation }: PlanInput,
  wanted: readonly string[],
  current: readonly Administrator[],
): { allowed: readonly string[]; obstacle: Obstacle | undefined } {
  const registered = new Set(current.map(({ accountId }) => accountId));
  const checked = wanted
    .filter((accountId) => !registered.has(accountId))
    .map((accountId) => ({ accountId, obstacle: accountObstacle(accountId, observation) }));
  return {
    allowed: checked.filter(({ obstacle }) => !obstacle).map(({ accountId }) => accountId),
    obstacle: checked.find(({ obstacle }) => obstacle)?.obstacle,
  };
}

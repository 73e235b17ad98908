import type { Service } from '../crds/services.ts';
import type { DriftKind, LastDrift } from '../crds/status.ts';
import { requestedAtAnnotation, type TrustedAccessSpec } from '../crds/trustedAccess.ts';
import { isoTime } from '../time/clock.ts';
import type { ReadContext } from './context.ts';
import { contendedFrom, describeContention, isContended } from './drift.ts';
import type { Observation } from './observe.ts';
import { approvalIn, approvalObstacle } from './permitted.ts';
import type { Plan, PlanInput } from './plan.ts';
import type { AccountState, Action, Administrator, IdentityCenter } from './ports.ts';
import { phase, planRollback } from './swap.ts';
import { describeActions, type Obstacle, stalled } from './terms.ts';

/**
 * Why these accounts may not be deregistered: the service keeps an administrator of its own, deregistering through
 * Organizations alone has side effects there, and the spec does not confirm it. Undefined: they may be.
 */
export function deregisterGuard(
  service: Service,
  spec: Pick<TrustedAccessSpec, 'deregister'>,
  accountIds: readonly string[],
): Obstacle | undefined {
  if (accountIds.length === 0 || service.deregistering === undefined) return undefined;
  if (spec.deregister?.confirmation === 'deregister') return undefined;
  return stalled(
    'NotConfirmed',
    `Deregistering ${accountIds.join(', ')} has side effects in ${service.title}: ${service.deregistering}. To deregister anyway, set spec.deregister.confirmation: deregister; to keep the account, declare it in spec.delegatedAdministrators`,
  );
}

/** The plan as far as it may be carried out: it ends before the first deregistration that needs a confirmation. */
export function deregisterGuarded(input: PlanInput, planned: Plan): Plan {
  const leaving = planned.actions.map((action) => deregisteredBy(action, input));
  const obstacle = deregisterGuard(input.service, input.spec, leaving.flat());
  if (!obstacle) return planned;
  const allowed = leaving.findIndex((accountIds) => accountIds.length > 0);
  return { ...planned, actions: planned.actions.slice(0, allowed), stop: obstacle };
}

/** The accounts that an action deregisters. A swap whose previous administrator is gone already deregisters none. */
function deregisteredBy(action: Action, { observation: { administrators } }: PlanInput): readonly string[] {
  if (action.kind === 'DeregisterAdministrator') return [action.accountId];
  if (action.kind !== 'ReplaceAdministrator' || !administrators.known) return [];
  return administrators.value.some(({ accountId }) => accountId === action.from) ? [action.from] : [];
}

/** Disabling is the dangerous direction: it needs the word, and an idle service. */
export function disableGuard({
  spec,
  service,
  details,
}: Pick<PlanInput, 'spec' | 'service' | 'details'>): Obstacle | undefined {
  if (spec.disable?.confirmation !== 'disable') {
    return stalled(
      'InvalidSpec',
      'Disabling trusted access needs a confirmation. To confirm, set spec.disable.confirmation: disable',
    );
  }
  if (!service.identityCenter || spec.disable.whileInUse === 'Allow') return undefined;
  const use = details?.identityCenter;
  if (!use?.known) {
    const why = use ? use.obstacle.message : 'it was not read';
    return stalled(
      'InUse',
      `Cannot determine whether IAM Identity Center is in use (${why}), so the operator treats it as in use. To disable anyway, set spec.disable.whileInUse: Allow`,
    );
  }
  if (use.value.use === 'Idle') return undefined;
  return stalled(
    'InUse',
    `IAM Identity Center instance ${use.value.instanceArn ?? ''} has ${holdings(use.value)}. Delete them first; or, to disable anyway, set spec.disable.whileInUse: Allow`,
  );
}

function holdings({ permissionSets = 0, applications = 0 }: IdentityCenter): string {
  return permissionSets > 0 || applications === 0
    ? `${permissionSets} permission sets whose users would lose access to AWS accounts`
    : `${applications} applications whose users could no longer sign in`;
}

/** Why the service cannot have so many administrators, as the catalogue has it. */
export function catalogueObstacle(service: Service, wanted: readonly string[]): Obstacle | undefined {
  const maximum = service.maximumAdministrators;
  if (maximum === undefined || wanted.length <= maximum) return undefined;
  if (maximum === 0) {
    return stalled(
      'DelegationNotSupported',
      `${service.title} does not support delegated administrators. Remove spec.delegatedAdministrators`,
    );
  }
  return stalled(
    'TooManyAdministrators',
    `${service.title} allows ${maximum} delegated administrator${maximum === 1 ? '' : 's'}, ${wanted.length} are declared`,
  );
}

/** Why this account may not be registered; undefined: it may be. */
export function accountObstacle(accountId: string, observation: Observation): Obstacle | undefined {
  if (accountId === observation.organization.managementAccountId) {
    return stalled(
      'ManagementAccountNotAllowed',
      `${accountId} is the management account, which cannot be a delegated administrator. Declare a member account in spec.delegatedAdministrators`,
    );
  }
  const state = observation.candidates.get(accountId);
  if (!state)
    return {
      kind: 'Retry',
      reason: 'ObservationFailed',
      message: `Could not read account ${accountId}; retrying`,
    };
  if (!state.known) return state.obstacle;
  if (state.value === undefined) {
    return stalled(
      'AccountNotFound',
      `Account ${accountId} is not in organization ${observation.organization.id}, so the operator does not register it. Correct spec.delegatedAdministrators, or invite the account`,
    );
  }
  return state.value === 'ACTIVE' ? undefined : notActive(accountId, state.value);
}

function notActive(accountId: string, state: AccountState): Obstacle {
  return stalled(
    'AccountNotActive',
    `Account ${accountId} is ${state}, and a delegated administrator must be ACTIVE. Declare another account in spec.delegatedAdministrators, or reactivate this one`,
  );
}

/** A declared administrator that is registered and does not work. */
export function inactiveObstacle(
  wanted: readonly string[],
  current: readonly Administrator[],
): Obstacle | undefined {
  const idle = current.find(({ accountId, state }) => wanted.includes(accountId) && state !== 'ACTIVE');
  return idle && notActive(idle.accountId, idle.state);
}

/** Why a plan is not carried out: a policy that only observes, or another manager that keeps undoing it. */
export function hold(
  plan: Plan,
  context: HoldContext,
  { administrators }: Observation,
  drift: LastDrift | undefined,
): Plan {
  if (plan.actions.length === 0) return plan;
  if (context.resource.spec.driftPolicy === 'Observe') return observeOnly(plan);
  const unapproved = awaitApproval(plan, context, administrators);
  if (unapproved) return unapproved;
  if (!drift || drift.correctedAt !== undefined || !mayHold(context, administrators)) return plan;
  const holding = holdingOf(context);
  const wait = holdFor(drift, context.clock.now(), holding);
  if (wait === 0) return plan;
  const detectedAt = Date.parse(drift.detectedAt);
  const next = isoTime(detectedAt + holdFor(drift, detectedAt, holding));
  const message = `${describeContention(drift)}. Next correction at ${next}; to correct now, set the annotation ${requestedAtAnnotation}`;
  return { actions: [], stop: stalled('Contended', message), wait };
}

type HoldContext = Pick<ReadContext, 'resource' | 'service' | 'requestedAt' | 'limits' | 'policy' | 'clock'>;

/** The plan while it waits for an approval: it enables, and closes the gap of an own swap with the previous administrator. */
function awaitApproval(
  { actions }: Plan,
  { resource, policy, clock }: HoldContext,
  administrators: Observation['administrators'],
): Plan | undefined {
  const now = clock.now();
  const registered = administrators.known ? administrators.value.length : 0;
  const obstacle = approvalObstacle(actions, { resource, approval: approvalIn(policy), registered, now });
  if (!obstacle) return undefined;
  const { replacement } = resource.status;
  if (replacement && phase(replacement, { uid: resource.metadata.uid, administrators }, now) === 'Gap')
    return { ...planRollback(replacement), stop: obstacle };
  return { actions: actions.slice(0, actions[0]?.kind === 'EnableAccess' ? 1 : 0), stop: obstacle };
}

function observeOnly(plan: Plan): Plan {
  const message = `AWS is not in the desired state, and spec.driftPolicy: Observe prevents changes. To ${describeActions(plan.actions)}, set spec.driftPolicy: Correct`;
  return { actions: [], stop: stalled('DriftObserved', message) };
}

/**
 * A first request by the annotation is answered at once, and so is a change of the spec, however far it got: another
 * manager undoes neither. A gap of the operator's own making is closed in any case.
 */
function mayHold(
  { resource, requestedAt, clock }: HoldContext,
  administrators: Observation['administrators'],
): boolean {
  const { metadata, status } = resource;
  if (requestedAt !== undefined && requestedAt !== status.lastHandledReconcileAt) return false;
  if (status.inSyncGeneration !== metadata.generation) return false;
  return phase(status.replacement, { uid: metadata.uid, administrators }, clock.now()) !== 'Gap';
}

export function holdingOf({ service, limits }: Pick<ReadContext, 'service' | 'limits'>): Holding {
  const { contentionHold = defaultContentionHold } = limits ?? {};
  return { longest: contentionHold, isRoomy: service.maximumAdministrators !== 1 };
}

const firstShortHold = 5_000;
const firstLongHold = 60_000;
const longestHold = 30 * 60_000;

export interface Holding {
  /** Milliseconds at most before the declared administrator is restored. */
  readonly longest: number;
  /** Whether the service allows more than one administrator. */
  readonly isRoomy: boolean;
}

/** Milliseconds: the default of `longest`. */
export const defaultContentionHold = 60_000;

/**
 * How a correction backs off, which protects two managers from undoing each other's changes forever, and never an
 * intruder: declared access and the removal of an undeclared account wait for nothing, the declared administrator for
 * a minute at most. Only what is harmless to leave as it is waits longer: access that another manager enables.
 */
function scheduleFor(kind: DriftKind, { longest, isRoomy }: Holding): { first: number; longest: number } {
  switch (kind) {
    case 'AccessDisabled':
      return { first: 0, longest: 0 };
    case 'AdministratorAdded':
      return isRoomy ? { first: 0, longest: 0 } : { first: firstShortHold, longest };
    case 'AdministratorRemoved':
    case 'AdministratorReplaced':
      return { first: firstShortHold, longest };
    case 'AccessEnabled':
      return { first: firstLongHold, longest: longestHold };
  }
}

/**
 * Milliseconds from `now` until the drift may be corrected; 0 when it may be at once, as when it was found in the
 * future: a clock that is set back must not make a minute an hour.
 */
export function holdFor(drift: LastDrift, now: number, holding: Holding): number {
  if (!isContended(drift)) return 0;
  const { first, longest } = scheduleFor(drift.kind, holding);
  const hold = Math.min(longest, first * 2 ** (drift.count - contendedFrom));
  const passed = now - Date.parse(drift.detectedAt);
  return passed < 0 ? 0 : Math.max(0, hold - passed);
}

import { openGap, planAdministrators, restore } from './administrators.ts';
import { type Obstacle, stalled } from './fact.ts';
import { guarded } from './guards.ts';
import type { Access, Observation } from './observation.ts';
import type { Action, IdentityCenter } from './ports.ts';
import type { Plan, View } from './view.ts';

/** From the desired state, the actual state and what happened before, to what to do. Pure. */
export function plan(view: View): Plan {
  if (view.forbidden) return planForbidden(view, view.forbidden);
  const planned = guarded(view, planByFacts(view));
  return view.distrust ? restrained(planned, view, view.distrust) : planned;
}

/** A swap never ends without an administrator, also when the policy stopped permitting it on the way. */
function planForbidden(view: View, forbidden: Obstacle): Plan {
  const { access } = view.observation;
  const gap = access.known && access.value.enabled ? openGap(view) : undefined;
  return gap ? { ...restore(gap), stop: forbidden, wait: shortWait } : stop(forbidden);
}

/** Milliseconds until the reconcile that forgets the record of a swap which was rolled back. */
const shortWait = 1_000;

/** With a rollback record that is not trusted, the operator only enables and registers what the spec names. */
function restrained(planned: Plan, { desired, observation }: View, distrust: Obstacle): Plan {
  const isSafe = ({ kind }: Action) => kind === 'EnableAccess' || kind === 'RegisterAdministrator';
  const end = planned.actions.findIndex((action) => !isSafe(action));
  if (end >= 0) return { actions: planned.actions.slice(0, end), stop: distrust };
  const { administrators } = observation;
  const isOrphaned = !desired.administrators && administrators.known && administrators.value.length === 0;
  return isOrphaned && !planned.stop ? { ...planned, stop: distrust } : planned;
}

function planByFacts(view: View): Plan {
  const { account, organization, access } = view.observation;
  if (account !== organization.managementAccountId) return stop(notManagement(view.observation));
  if (!access.known) return stop(access.obstacle);
  if (view.desired.access === 'Disabled') return planDisabled(view, access.value);
  return planEnabled(view, access.value);
}

function stop(obstacle: Obstacle): Plan {
  return { actions: [], stop: obstacle };
}

function notManagement({ account, organization }: Observation): Obstacle {
  return stalled(
    'NotManagementAccount',
    `The credentials belong to account ${account}; only the management account ${organization.managementAccountId} can change trusted access: set organization.roleArn to a role there`,
  );
}

function planEnabled(view: View, access: Access): Plan {
  if (access.enabled) return planAdministrators(view);
  if (view.service.enableFromService === 'Only') {
    return stop(
      stalled(
        'EnableFromServiceConsole',
        `${view.service.title} must be enabled from its own console or API, which does its own set-up; this resource takes over once it is enabled`,
      ),
    );
  }
  const administrators = planAdministrators(view);
  return { ...administrators, actions: [{ kind: 'EnableAccess' }, ...administrators.actions] };
}

function planDisabled(view: View, access: Access): Plan {
  const { administrators } = view.observation;
  if (view.desired.administrators?.length) return stop(stalled('InvalidSpec', bothDeclared));
  if (!administrators.known) return stop(administrators.obstacle);
  const registered = administrators.value.map(({ accountId }) => accountId);
  const gap = access.enabled && openGap(view);
  if (gap && !view.desired.administrators) return planAdministrators(view);
  if (registered.length > 0 && !view.desired.administrators) return stop(unmanaged(view, registered));
  if (access.enabled) {
    const guard = disableGuard(view);
    if (guard) return stop(guard);
  }
  const deregister = registered.map((accountId): Action => ({ kind: 'DeregisterAdministrator', accountId }));
  return { actions: access.enabled ? [...deregister, { kind: 'DisableAccess' }] : deregister };
}

const bothDeclared =
  'A service that is not trusted has no administrators: with access: Disabled declare delegatedAdministrators: []';

function unmanaged({ service }: View, registered: readonly string[]): Obstacle {
  return stalled(
    'AdministratorsUnmanaged',
    `${registered.join(', ')} administers ${service.principal} and this resource does not manage administrators: declare delegatedAdministrators: [] to deregister before disabling`,
  );
}

/** Disabling is the dangerous direction: it needs the word, and an idle service. */
function disableGuard({ spec, service, details }: View): Obstacle | undefined {
  if (spec.disable?.confirmation !== 'disable') {
    return stalled('InvalidSpec', 'Disabling needs disable.confirmation: disable');
  }
  if (!service.identityCenter || spec.disable.whileInUse === 'Allow') return undefined;
  const use = details?.identityCenter;
  if (!use?.known) {
    const why = use ? use.obstacle.message : 'it was not read';
    return stalled(
      'InUse',
      `Whether IAM Identity Center is in use is unknown, which counts as in use (${why}): disable.whileInUse: Allow disables all the same`,
    );
  }
  if (use.value.use === 'Idle') return undefined;
  return stalled(
    'InUse',
    `IAM Identity Center instance ${use.value.instanceArn ?? ''} has ${holdings(use.value)}: delete them first, or set disable.whileInUse: Allow`,
  );
}

function holdings({ permissionSets = 0, applications = 0 }: IdentityCenter): string {
  return permissionSets > 0 || applications === 0
    ? `${permissionSets} permission sets whose users would lose access to AWS accounts`
    : `${applications} applications whose users could no longer sign in`;
}

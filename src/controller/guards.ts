import type { Service } from '../crds/services.ts';
import type { TrustedAccessSpec } from '../crds/trustedAccess.ts';
import { type Obstacle, stalled } from './fact.ts';
import type { Action } from './ports.ts';
import type { Plan, View } from './view.ts';

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
export function guarded(view: View, planned: Plan): Plan {
  const leaving = planned.actions.map((action) => deregisteredBy(action, view));
  const obstacle = deregisterGuard(view.service, view.spec, leaving.flat());
  if (!obstacle) return planned;
  const allowed = leaving.findIndex((accountIds) => accountIds.length > 0);
  return { ...planned, actions: planned.actions.slice(0, allowed), stop: obstacle };
}

/** The accounts that an action deregisters. A swap whose previous administrator is gone already deregisters none. */
function deregisteredBy(action: Action, { observation: { administrators } }: View): readonly string[] {
  if (action.kind === 'DeregisterAdministrator') return [action.accountId];
  if (action.kind !== 'ReplaceAdministrator' || !administrators.known) return [];
  return administrators.value.some(({ accountId }) => accountId === action.from) ? [action.from] : [];
}

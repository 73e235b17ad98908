import type { WaitingFor } from '../../../src/crds/status.ts';
import type { TrustedAccess } from '../../../src/crds/trustedAccess.ts';
import { tools } from '../../controller/fakes/world.ts';
import { inUse, notEnabled, ofItsOwn } from '../scenarios.ts';
import { type Defect, declared, model } from './defect.ts';
import { seed } from './seeding.ts';

export const disabling: readonly Defect[] = [
  {
    title: 'disables without the confirmation',
    mistake: seed('controller/guards.ts', 'disableGuard', (disableGuard) => (input) => {
      const disable = {
        whileInUse: 'Refuse' as const,
        ...input.spec.disable,
        confirmation: 'disable' as const,
      };
      return disableGuard({ ...input, spec: { ...input.spec, disable } });
    }),
    search: ({ observing }) =>
      observing({ spec: { access: 'Disabled', delegatedAdministrators: [], disable: {} } }),
    found: 'disabled without confirmation',
  },
  {
    title: 'disables although Identity Center is in use',
    mistake: seed('controller/guards.ts', 'disableGuard', (disableGuard) => (input) => {
      const obstacle = disableGuard(input);
      return input.details?.identityCenter?.known && obstacle?.reason === 'InUse' ? undefined : obstacle;
    }),
    search: model([declared('disabled', { organization: inUse })], 0, 0),
    found: 'disabled while in use',
  },
  {
    title: 'takes an unknown use of Identity Center for no use',
    mistake: seed('controller/guards.ts', 'disableGuard', (disableGuard) => (input) => {
      const obstacle = disableGuard(input);
      return !input.details?.identityCenter?.known && obstacle?.reason === 'InUse' ? undefined : obstacle;
    }),
    search: model([declared('disabled', { organization: inUse })], 0, 1),
    found: 'disabled while in use',
  },
  {
    title: 'disables before every administrator is deregistered',
    mistake: seed('controller/plan.ts', 'plan', (plan) => (input) => {
      const planned = plan(input);
      const [last, ...before] = planned.actions.toReversed();
      return last?.kind === 'DisableAccess' ? { ...planned, actions: [last, ...before] } : planned;
    }),
    search: model([declared('disabled')], 0, 0),
    found: 'disabled under an administrator',
  },
  {
    title: 'changes AWS before the finalizer that Revoke needs is on',
    mistake: seed('controller/claims.ts', 'finalizerChange', () => () => undefined),
    search: model([declared('revocable')], 0, 0),
    found: 'changed AWS for Revoke without its finalizer',
  },
];

export const deregistering: readonly Defect[] = [
  {
    title: 'deregisters from a service that keeps an administrator of its own without the confirmation',
    mistake: seed('controller/guards.ts', 'deregisterGuarded', () => (_input, planned) => planned),
    search: ({ observing }) =>
      observing({
        spec: { servicePrincipal: 'securityhub.amazonaws.com', delegatedAdministrators: [] },
        organization: ofItsOwn,
      }),
    found: 'deregistered without confirmation',
  },
  {
    title: 'takes spec.deregister without the word for a confirmation',
    mistake: seed('controller/guards.ts', 'deregisterGuarded', (deregisterGuarded) => (input, planned) => {
      const { deregister, ...spec } = input.spec;
      const confirmed = deregister && { deregister: { confirmation: 'deregister' as const } };
      return deregisterGuarded({ ...input, spec: { ...spec, ...confirmed } }, planned);
    }),
    search: ({ observing }) =>
      observing({
        spec: {
          servicePrincipal: 'securityhub.amazonaws.com',
          delegatedAdministrators: [],
          deregister: {},
        },
        organization: ofItsOwn,
      }),
    found: 'deregistered without confirmation',
  },
];

const toolsAlone = {
  rules: [{ administrators: [tools], allow: { disable: false, revoke: false, whileInUse: false } }],
};

export const restraint: readonly Defect[] = [
  {
    title: 'ignores the policy of the platform owner',
    mistake: seed('controller/permitted.ts', 'prohibition', () => () => undefined),
    search: ({ keepingPromises }) =>
      keepingPromises([declared('tools', { policy: toolsAlone })], { events: 1, faults: 1 }),
    found: 'changed AWS for a resource that the policy does not permit',
  },
  {
    title: 'touches another service',
    mistake: seed('controller/context.ts', 'openContext', (openContext) => (stored, parts) => {
      const context = openContext(stored, parts);
      const { organizations } = context;
      const enableAccess = (_principal: string, signal: AbortSignal) =>
        organizations.enableAccess('health.amazonaws.com', signal);
      return { ...context, organizations: { ...organizations, enableAccess } };
    }),
    search: model([declared('unmanaged', { organization: notEnabled })], 0, 0),
    found: 'touched health.amazonaws.com',
  },
  {
    title: 'takes administrators that are not declared for a declaration of none',
    mistake: seed('controller/plan.ts', 'plan', (plan) => (input) => {
      const { access, administrators = [] } = input.desired;
      return plan({ ...input, desired: { access, administrators } });
    }),
    search: model([declared('unmanaged')], 0, 0),
    found: `deregistered ${tools}, which nothing asks for`,
  },
  {
    title: 'writes under Observe',
    mistake: seed('controller/guards.ts', 'hold', () => (plan) => plan),
    search: model([declared('observed')], 0, 0),
    found: 'wrote under Observe',
  },
  {
    title: 'observes AWS for a suspended resource',
    mistake: seed('controller/assess.ts', 'assess', (assess) => (context) => {
      const spec = { ...context.resource.spec, suspend: false };
      return assess({ ...context, resource: { ...context.resource, spec } });
    }),
    search: model([declared('suspended')], 0, 0),
    found: 'looked while suspended',
  },
  {
    title: 'lets the younger of two resources win',
    mistake: seed('controller/claims.ts', 'claimOf', (claimOf) => (resource, claiming) => {
      const declaring = claiming.declaring.map(withAgeReversed);
      return claimOf(withAgeReversed(resource), { ...claiming, declaring });
    }),
    search: ({ competing }) => competing(),
    found: 'the younger of two resources changed AWS',
  },
  {
    title: 'takes a claim from a holder that is made anew under its name',
    mistake: seed('controller/claims.ts', 'claimOf', (claimOf) => (resource, claiming) => {
      const born = ({ metadata }: TrustedAccess) => Date.parse(metadata.creationTimestamp);
      const declaring = claiming.declaring.filter(
        (other) => other.metadata.name !== resource.status.waitingFor?.name || born(other) < born(resource),
      );
      return claimOf(resource, { ...claiming, declaring });
    }),
    search: ({ claiming }) => claiming(4),
    found: 'the waiting one took the claim from a holder that is there',
  },
  {
    title: 'takes over as soon as the holder is missing',
    mistake: seed('controller/claims.ts', 'takeOverObstacle', () => () => undefined),
    search: ({ claiming }) => claiming(2),
    found: 'took over from a holder that is missing for less than two minutes',
  },
  {
    title: 'forgets since when the holder is missing',
    mistake: seed('controller/claims.ts', 'claimOf', (claimOf) => (resource, claiming) => {
      const { waitingFor, ...status } = resource.status;
      const { goneSince: _, ...rest } = waitingFor ?? {};
      const forgetful = { ...status, ...(waitingFor && { waitingFor: rest as WaitingFor }) };
      return claimOf({ ...resource, status: forgetful }, claiming);
    }),
    search: ({ claiming }) => claiming(1),
    found: 'neither is Ready',
  },
  {
    title: 'revokes what a waiting resource declares',
    mistake: seed('controller/claims.ts', 'hasSuccessor', () => async () => ({ known: true, value: false })),
    search: ({ bequeathing }) => bequeathing(),
    found: 'revoked what an heir declares',
  },
  {
    title: 'holds a contended correction back for long, whatever it leaves meanwhile',
    mistake: seed('controller/guards.ts', 'hold', (hold) => (plan, context, observation, drift) => {
      const limits = { ...context.limits, contentionHold: 30 * 60_000 };
      return hold(plan, { ...context, limits }, observation, drift);
    }),
    search: ({ intruding }) => intruding(),
    found: 'left an intruder for more than a minute',
  },
  {
    title: 'goes on writing although its lease is lost',
    mistake: seed(
      'controller/context.ts',
      'openContext',
      (openContext) => (stored, parts) =>
        openContext(stored, { ...parts, signal: new AbortController().signal }),
    ),
    search: ({ losingTheLease }) => losingTheLease(),
    found: 'wrote after its lease was lost',
  },
  {
    title: 'stores its status although nothing changed',
    mistake: seed('controller/context.ts', 'openContext', (openContext) => (stored, parts) => {
      const context = openContext(stored, parts);
      const { saved, store, signal } = context;
      const save: typeof saved.save = async (next) => {
        await saved.save(next);
        return store.writeStatus(stored.metadata, next, signal);
      };
      return { ...context, saved: { ...saved, save } };
    }),
    search: model([declared('unmanaged')], 0, 0),
    found: 'writes its status at rest',
  },
];

function withAgeReversed(resource: TrustedAccess): TrustedAccess {
  const creationTimestamp = new Date(
    Date.UTC(2100, 0) - Date.parse(resource.metadata.creationTimestamp),
  ).toISOString();
  return { ...resource, metadata: { ...resource.metadata, creationTimestamp } };
}

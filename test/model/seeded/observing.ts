import { noAdministrator, notEnabled } from '../scenarios.ts';
import { type Defect, declared, model } from './defect.ts';
import { seed } from './seeding.ts';

export const seeing: readonly Defect[] = [
  {
    title: 'takes an access that could not be read for disabled',
    mistake: seed('controller/observe.ts', 'observe', (observe) => async (...from) => {
      const observation = await observe(...from);
      if (observation.access.known) return observation;
      return { ...observation, access: { known: true, value: { enabled: false } } };
    }),
    search: model([declared('unmanaged')], 0, 1),
    found: 'wrote although in sync',
  },
  {
    title: 'takes administrators that could not be read for no administrators',
    mistake: seed(
      'controller/observe.ts',
      'observe',
      (observe) => (identified, principal, desired, organizations, read) => {
        const administrators = () => organizations.administrators(principal, read).catch(() => []);
        return observe(identified, principal, desired, { ...organizations, administrators }, read);
      },
    ),
    search: model([declared('tools')], 0, 1),
    found: 'wrote although in sync',
  },
  {
    title: 'believes a stale read after its own write',
    mistake: seed('controller/observe.ts', 'readYourWritesWait', () => () => 0),
    search: model([declared('security', { organization: noAdministrator })], 0, 1),
    found: 'because of a stale read after its own write',
  },
  {
    title: 'does not verify what it changed',
    mistake: seed(
      'controller/apply.ts',
      'apply',
      () =>
        async (actions, { organizations, service, signal }) => {
          for (const { kind } of actions)
            if (kind === 'EnableAccess') await organizations.enableAccess(service.principal, signal);
          return { kind: 'Done', seen: {} };
        },
    ),
    search: model([declared('unmanaged', { organization: notEnabled })], 0, 0),
    found: 'the status says what AWS does not have',
  },
  {
    title: 'calls a change of the spec drift',
    mistake: seed(
      'controller/drift.ts',
      'detectDrift',
      (detectDrift) =>
        ({ resource, desired }, observation) => {
          // As if the status said that AWS was as declared.
          const { delegatedAdministrators: _, ...status } = resource.status;
          const delegatedAdministrators = desired.administrators?.map((accountId) => ({ accountId }));
          const inSync = {
            ...status,
            access: { state: desired.access },
            ...(delegatedAdministrators && { delegatedAdministrators }),
          };
          return detectDrift({ resource: { ...resource, status: inSync }, desired }, observation);
        },
    ),
    search: ({ redeclaring }) => redeclaring(),
    found: 'called a change of the spec drift',
  },
  {
    title: 'is Ready while it is stalled',
    mistake: seed(
      'controller/conditions.ts',
      'readiness',
      (readiness) =>
        (...from) =>
          readiness(...from).map((state) =>
            state.type === 'Ready' && state.status === 'False' ? { ...state, status: 'True' } : state,
          ),
    ),
    search: model([declared('stranger')], 0, 0),
    found: 'status against kstatus: Ready is False while Reconciling or Stalled',
  },
];

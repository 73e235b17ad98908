import type { ReadContext } from '../../../src/controller/context.ts';
import type { Replacement } from '../../../src/crds/status.ts';
import { isoTime } from '../../../src/time/clock.ts';
import { organizationState, security } from '../../controller/fakes/world.ts';
import { type Defect, declared, model } from './defect.ts';
import { seed } from './seeding.ts';

const aSwap = [declared('security')];
const anySwap = [declared('security'), declared('security', { slotFirst: true })];
const suspended = {
  members: { ...organizationState().members, [security]: { name: 'security', state: 'SUSPENDED' } },
};

export const swapping: readonly Defect[] = [
  {
    title: 'does not read the state of the new account before a swap',
    mistake: seed('controller/guards.ts', 'accountObstacle', (accountObstacle) => (...from) => {
      const obstacle = accountObstacle(...from);
      return obstacle?.reason === 'AccountNotActive' ? undefined : obstacle;
    }),
    search: model([declared('security', { organization: suspended, slotFirst: true })], 0, 0),
    found: 'opened a gap for an account that is not ACTIVE',
  },
  {
    title: 'deregisters before AWS was asked whether the new one may be registered',
    mistake: seed(
      'controller/swapSteps.ts',
      'replaceAdministrator',
      (replaceAdministrator) => async (swap, steps) => {
        const { from, to } = swap;
        const now = isoTime(steps.clock.now());
        const { uid } = steps.resource.metadata;
        await steps.storeRecord({ uid, from, to, startedAt: now, deregisteredAt: now });
        await steps.write({ kind: 'DeregisterAdministrator', accountId: from });
        return replaceAdministrator(swap, steps);
      },
    ),
    search: model(aSwap, 0, 0),
    found: 'opened a gap without asking AWS first',
  },
  {
    title: 'does not register the previous administrator again when the new one is refused',
    mistake: seed(
      'controller/swapSteps.ts',
      'replaceAdministrator',
      (replaceAdministrator) => (swap, steps) =>
        replaceAdministrator(swap, {
          ...steps,
          write: async (action) =>
            action.kind === 'RegisterAdministrator' && action.accountId === swap.from
              ? { requestId: undefined }
              : steps.write(action),
        }),
    ),
    search: model(anySwap, 0, 1),
    found: 'gave up in a gap without putting the old one back',
  },
  {
    title: 'goes on enforcing a resource that was deleted in the middle of its swap',
    mistake: seed('controller/claims.ts', 'isAbandoned', () => () => false),
    search: model(aSwap, 2, 0),
    found: 'enabled what nobody declares any more',
  },
  {
    title: 'does not store that it deregisters the previous administrator before it does',
    mistake: seed(
      'controller/swapSteps.ts',
      'replaceAdministrator',
      (replaceAdministrator) => (swap, steps) =>
        replaceAdministrator(swap, {
          ...steps,
          storeRecord: async (record) => {
            return record.deregisteredAt !== undefined || (await steps.storeRecord(record));
          },
        }),
    ),
    search: model(aSwap, 0, 0),
    found: 'opened a gap with no way back stored',
  },
  {
    title: 'deregisters although the resource was recreated before its rollback record was stored',
    mistake: seed(
      'controller/swapSteps.ts',
      'replaceAdministrator',
      (replaceAdministrator) => (swap, steps) =>
        replaceAdministrator(swap, {
          ...steps,
          storeRecord: async (record) => {
            await steps.storeRecord(record);
            return true;
          },
        }),
    ),
    search: model(aSwap, 1, 0),
    found: 'opened a gap with no way back stored',
  },
  {
    title: 'knows nothing of a gap that a former process left open',
    mistake: seed('controller/swap.ts', 'openGap', () => () => undefined),
    search: model(aSwap, 1, 1),
    found: 'left nobody where somebody was',
  },
  {
    title: 'leaves a gap of its own open when the administrators are no longer declared',
    mistake: seed('controller/swap.ts', 'planRollback', () => () => ({ actions: [] })),
    search: model(aSwap, 1, 1),
    found: 'left nobody where somebody was',
  },
  {
    title: 'forgets the rollback record of a swap that a former leader may still carry out',
    mistake: seed(
      'controller/swapSteps.ts',
      'keptRecord',
      (keptRecord) => (record, subject, ended, now) =>
        keptRecord(record, subject, { ...ended, facts: { ...ended.facts, knownSince: 0 } }, now),
    ),
    search: ({ succeeding }) => succeeding(declared('security')),
    found: 'left nobody where somebody was',
  },
  {
    title: 'leaves a status as it is that another process wrote over',
    mistake: seed('controller/context.ts', 'openContext', (openContext) => (resource, parts) => {
      const { memory, ports } = parts;
      const get: typeof ports.store.get = (name) => {
        const stored = ports.store.get(name);
        if (stored?.kind !== 'Valid' || !memory.status) return stored;
        return { ...stored, resource: { ...stored.resource, status: memory.status } };
      };
      return openContext(resource, { ...parts, ports: { ...ports, store: { ...ports.store, get } } });
    }),
    search: ({ succeeding }) => succeeding(declared('security')),
    found: 'the status says what AWS does not have',
  },
  {
    title: 'tries a refused swap again and again',
    mistake: seed(
      'controller/swap.ts',
      'planSwap',
      (planSwap) => (from, to, input) => planSwap(from, to, { ...input, replacement: undefined }),
    ),
    search: model(anySwap, 0, 1),
    found: 'opened a gap again for nothing',
  },
  {
    title: 'registers the previous administrator of a refused swap again when a person evicts it',
    mistake: seed('controller/swap.ts', 'openGap', (openGap) => (input) => {
      const { refusal: _, ...replacement } = input.replacement ?? {};
      return openGap({ ...input, replacement: input.replacement && (replacement as Replacement) });
    }),
    search: ({ evicting }) => evicting(),
    found: 'which the spec does not name',
  },
  {
    title: 'acts on a rollback record of another resource',
    mistake: seed(
      'controller/plan.ts',
      'planInput',
      (planInput) =>
        (context, ...from) =>
          planInput(withRecord(context, { uid: context.resource.metadata.uid }), ...from),
    ),
    search: model([declared('unmanaged')], 2, 0),
    found: 'which the spec does not name',
  },
  {
    title: 'acts on a rollback record of the day before',
    mistake: seed(
      'controller/plan.ts',
      'planInput',
      (planInput) =>
        (context, ...from) =>
          planInput(
            isOwnRecord(context) ? withRecord(context, { startedAt: isoTime(context.clock.now()) }) : context,
            ...from,
          ),
    ),
    search: model([declared('unmanaged')], 2, 0),
    found: 'which the spec does not name',
  },
  {
    title: 'takes a reason of AWS that it does not know for final',
    mistake: seed(
      'controller/swapSteps.ts',
      'replaceAdministrator',
      (replaceAdministrator) => async (swap, steps) => {
        const applied = await replaceAdministrator(swap, steps);
        if (applied.kind !== 'Refused' || applied.replacement.refusal?.reason !== 'Blocked') return applied;
        const { retryAt: _, ...refusal } = applied.replacement.refusal;
        return { ...applied, replacement: { ...applied.replacement, refusal } };
      },
    ),
    search: model(aSwap, 0, 1),
    found: 'ends as Blocked, not InSync',
  },
];

function isOwnRecord({ resource: { metadata, status } }: ReadContext): boolean {
  return status.replacement?.uid === metadata.uid;
}

function withRecord(context: ReadContext, change: Partial<Replacement>): ReadContext {
  const { status } = context.resource;
  const replacement = status.replacement && { ...status.replacement, ...change };
  return {
    ...context,
    resource: { ...context.resource, status: { ...status, ...(replacement && { replacement }) } },
  };
}

import { organizationState, security } from '../../controller/fakes/world.ts';
import { notEnabled } from '../scenes.ts';
import { type Defect, declared, model } from './defect.ts';

const aSwap = [declared('security')];
const anySwap = [declared('security'), declared('security', { slotFirst: true })];
const suspended = {
  members: { ...organizationState().members, [security]: { name: 'security', state: 'SUSPENDED' } },
};

export const swapping: readonly Defect[] = [
  {
    title: 'does not look at the new account before a swap',
    file: 'administrators.ts',
    words: "return state.value === 'ACTIVE' ? undefined : notActive(accountId, state.value);",
    instead: 'return undefined;',
    hunt: model([declared('security', { organization: suspended, slotFirst: true })], 0, 0),
    found: 'opened a gap for an account that is not ACTIVE',
  },
  {
    title: 'deregisters before AWS was asked whether the new one may be registered',
    file: 'apply.ts',
    words: 'const known = wasRegistered && work.hasAccepted(to);',
    instead: 'const known = wasRegistered;',
    hunt: model(aSwap, 0, 1),
    found: 'opened a gap without asking AWS first',
  },
  {
    title: 'does not put the old one back when the new one is refused',
    file: 'apply.ts',
    words: 'if (slotTaken || !wasRegistered) return rollBack(replacement, refused, work);',
    instead: '',
    hunt: model(anySwap, 0, 1),
    found: 'gave up in a gap without putting the old one back',
  },
  {
    title: 'keeps a resource true that is gone in the middle of its swap',
    file: 'reconcile.ts',
    words: 'if (isLeft(run, observation)) return release(run);',
    instead: '',
    hunt: model(aSwap, 2, 0),
    found: 'enabled what nobody declares any more',
  },
  {
    title: 'does not store the way back before it opens a gap',
    file: 'apply.ts',
    words: 'await work.record(replacement);',
    instead: '',
    hunt: model(aSwap, 0, 0),
    found: 'opened a gap with no way back stored',
  },
  {
    title: 'knows nothing of a gap that a former process left open',
    file: 'administrators.ts',
    words: 'return replacement && current.length === 0 ? replacement : undefined;',
    instead: 'return undefined;',
    hunt: model(aSwap, 1, 1),
    found: 'left nobody where somebody was',
  },
  {
    title: 'leaves a gap of its own open when the administrators are no longer declared',
    file: 'administrators.ts',
    words: 'if (!wanted) return gap ? restore(gap) : done;',
    instead: 'if (!wanted) return done;',
    hunt: model(aSwap, 1, 1),
    found: 'left nobody where somebody was',
  },
  {
    title: 'forgets the way back of a swap that a former leader may still be at',
    file: 'replacement.ts',
    words:
      "if (applied.kind === 'Done' && mayStillOpen(replacement, now, ports.clock.now(), memory.swapSeenAt))",
    instead: 'if (false)',
    hunt: ({ succeeding }) => succeeding(declared('security')),
    found: 'left nobody where somebody was',
  },
  {
    title: 'leaves a status as it is that somebody else wrote over',
    file: 'run.ts',
    words: 'stored && statusOf(stored);',
    instead: 'stored && (memory.status ?? statusOf(stored));',
    hunt: ({ succeeding }) => succeeding(declared('security')),
    found: 'the status says what AWS does not have',
  },
  {
    title: 'tries a swap that was refused again and again',
    file: 'administrators.ts',
    words: 'return same ? past : undefined;',
    instead: 'return undefined;',
    hunt: model(anySwap, 0, 1),
    found: 'opened a gap again for nothing',
  },
];

export const ordering: readonly Defect[] = [
  {
    title: 'registers before access is enabled',
    file: 'plan.ts',
    words: "[{ kind: 'EnableAccess' }, ...administrators.actions]",
    instead: "[...administrators.actions, { kind: 'EnableAccess' }]",
    hunt: model([declared('security', { organization: notEnabled })], 0, 0),
    found: 'registered before enabling',
  },
  {
    title: 'deregisters before it registers where there is room for both',
    file: 'administrators.ts',
    words: 'actions.push(...surplus',
    instead: 'actions.unshift(...surplus',
    hunt: ({ planning }) => planning(),
    found: 'deregistered before registering where there is room',
  },
  {
    title: 'replaces where there is room for both',
    file: 'administrators.ts',
    words: 'return Math.max(0, maximum - current.length);',
    instead: 'return 0;',
    hunt: ({ planning }) => planning(),
    found: 'replaced where there is room for both',
  },
  {
    title: 'loses a wake-up that comes while the resource is worked on',
    file: 'queue.ts',
    words: 'again.set(key, at);',
    instead: '',
    hunt: ({ queueing }) => queueing(),
    found: 'lost a wake-up',
  },
  {
    title: 'works on one resource twice at once',
    file: 'queue.ts',
    words: 'if (processing.has(key)) {',
    instead: 'if (false) {',
    hunt: ({ queueing }) => queueing(),
    found: 'worked on one key twice at once',
  },
];

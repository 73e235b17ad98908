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
    file: 'swapSteps.ts',
    words: 'const answer = await register(swap.to, work);',
    instead: "const answer = { kind: 'slotTaken' } as CloudError;",
    hunt: model(aSwap, 0, 0),
    found: 'opened a gap without asking AWS first',
  },
  {
    title: 'does not put the old one back when the new one is refused',
    file: 'swapSteps.ts',
    words: 'return isRefusal(refused) ? rollBack(record, refused, work) : failed(refused);',
    instead: 'return failed(refused);',
    hunt: model(anySwap, 0, 1),
    found: 'gave up in a gap without putting the old one back',
  },
  {
    title: 'keeps a resource true that is gone in the middle of its swap',
    file: 'reconcile.ts',
    words: 'if (assessed.isLeft) return release(run);',
    instead: '',
    hunt: model(aSwap, 2, 0),
    found: 'enabled what nobody declares any more',
  },
  {
    title: 'does not store that it deregisters the previous administrator before it does',
    file: 'swapSteps.ts',
    words: '    await work.record(record);\n    const kept',
    instead: '    const kept',
    hunt: model(aSwap, 0, 0),
    found: 'opened a gap with no way back stored',
  },
  {
    title: 'knows nothing of a gap that a former process left open',
    file: 'swap.ts',
    words: "if (facts.administrators.value.length === 0) return 'Gap';",
    instead: "if (facts.administrators.value.length === 0) return 'Over';",
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
    file: 'swap.ts',
    words: "return isShown && sinceDeregistration(record, facts, now) < longestWay ? 'Leaving' : 'Over';",
    instead: "return 'Over';",
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
    file: 'swap.ts',
    words: 'return isSame ? past : undefined;',
    instead: 'return undefined;',
    hunt: model(anySwap, 0, 1),
    found: 'opened a gap again for nothing',
  },
  {
    title: 'registers the previous administrator of a refused swap again when a person evicts it',
    file: 'swap.ts',
    words: "if (record.refusal) return 'Refused';",
    instead:
      "if (record.refusal && facts.administrators.known && facts.administrators.value.length > 0) return 'Refused';",
    hunt: ({ evicting }) => evicting(),
    found: 'which the spec does not name',
  },
  {
    title: 'acts on a rollback record of another resource',
    file: 'swap.ts',
    words: "if (record.uid !== facts.uid) return 'Untrusted';",
    instead: '',
    hunt: model([declared('unmanaged')], 2, 0),
    found: 'which the spec does not name',
  },
  {
    title: 'acts on a rollback record of the day before',
    file: 'swap.ts',
    words: "if (now - Date.parse(record.startedAt) > longestTrust) return 'Untrusted';",
    instead: '',
    hunt: model([declared('unmanaged')], 2, 0),
    found: 'which the spec does not name',
  },
  {
    title: 'holds a reason of AWS that it does not know for final',
    file: 'swap.ts',
    words: "return kind === 'blocked' && finalReasons.has(reason);",
    instead: "return kind === 'blocked';",
    hunt: model(aSwap, 0, 1),
    found: 'ends as Blocked, not Settled',
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

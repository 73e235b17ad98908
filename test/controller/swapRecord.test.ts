import { describe, expect, it } from 'vitest';
import {
  phase,
  type SwapFacts,
  standingRefusal,
  swapAwaits,
  swapUncertainty,
} from '../../src/controller/swap.ts';
import type { Refusal, Replacement } from '../../src/crds/status.ts';
import { clearReplacementAnnotation, type TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, reportedOf, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { known } from './fakes/views.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const now = Date.UTC(2026, 0, 2);
const ago = (seconds: number) => new Date(now - seconds * 1_000).toISOString();
const hour = 3_600;

const unknown = {
  known: false,
  obstacle: { kind: 'Retry', reason: 'ObservationFailed', message: 'unread' },
} as const;
const shown = (...ids: string[]) => known(ids.map((accountId) => ({ accountId, state: 'ACTIVE' })));
const asking = { uid: 'a', from: tools, to: security, startedAt: ago(30) };
const sent = { ...asking, deregisteredAt: ago(29) };
const refusal: Refusal = {
  reason: 'UnrecognizedServicePrincipal',
  message: 'no',
  at: ago(20),
  generation: 1,
  accountState: 'ACTIVE',
};
const facts = (administrators: SwapFacts['administrators']): SwapFacts => ({ uid: 'a', administrators });

describe('The phase of a swap', () => {
  it.each<[string, Replacement | undefined, SwapFacts['administrators'], string]>([
    ['no record', undefined, shown(), 'None'],
    ['a record of another uid, no administrator', { ...sent, uid: 'b' }, shown(), 'Untrusted'],
    ['a record without a uid', { ...sent, uid: undefined }, shown(), 'Untrusted'],
    ['a refusal of another uid', { ...sent, uid: 'b', refusal }, shown(tools), 'Untrusted'],
    ['a record of 24 hours ago', { ...sent, startedAt: ago(24 * hour) }, shown(), 'Gap'],
    ['a record of more than 24 hours ago', { ...sent, startedAt: ago(24 * hour + 1) }, shown(), 'Untrusted'],
    [
      'a refused swap of two days ago',
      { ...sent, startedAt: ago(48 * hour), refusal },
      shown(tools),
      'Refused',
    ],
    ['a refused swap, no administrator', { ...sent, refusal }, shown(), 'Refused'],
    ['an unfinished swap, administrators unread', sent, unknown, 'Unread'],
    ['asked only, the previous one shown', asking, shown(tools), 'Asking'],
    ['asked only, no administrator', asking, shown(), 'Asking'],
    ['deregistration sent, the previous one shown', sent, shown(tools), 'Leaving'],
    [
      'sent more than a minute ago, the previous one shown',
      { ...sent, deregisteredAt: ago(61) },
      shown(tools),
      'Over',
    ],
    ['deregistration sent, no administrator', sent, shown(), 'Gap'],
    ['deregistration sent, the new one shown', sent, shown(security), 'Over'],
    ['deregistration sent, a third one shown', sent, shown(audit), 'Over'],
  ])('is right for %s', (_words, record, administrators, expected) => {
    expect(phase(record, facts(administrators), now)).toBe(expected);
  });
});

it('The previous administrator, still shown, is doubted for five seconds after its deregistration was sent', () => {
  const since = (seconds: number) => ({ ...asking, deregisteredAt: ago(seconds) });
  expect(swapUncertainty(since(1), facts(shown(tools)), now)).toBe(4_000);
  expect(swapUncertainty(since(5), facts(shown(tools)), now)).toBe(0);
  expect(swapUncertainty(since(1), facts(shown(audit)), now)).toBe(0);
  expect(swapUncertainty(asking, facts(shown(tools)), now)).toBe(0);
  expect(swapUncertainty(undefined, facts(shown(tools)), now)).toBe(0);
});

it('A deregistration that was sent in the future counts from when this process first saw it', () => {
  const ahead = { ...asking, deregisteredAt: ago(-hour) };
  expect(swapUncertainty(ahead, facts(shown(tools)), now)).toBe(5_000);
  expect(swapUncertainty(ahead, { ...facts(shown(tools)), knownSince: now - 2_000 }, now)).toBe(3_000);
});

it('A deregistration that was sent is awaited for a minute', () => {
  expect(swapAwaits(sent, facts(shown(tools)), now)).toBe(31_000);
  expect(swapAwaits(sent, facts(shown()), now)).toBeUndefined();
});

it.each<[string, Refusal, boolean]>([
  ['of a final reason stands', refusal, true],
  [
    'of a reason that is not known to be final stands until its retry',
    { ...refusal, retryAt: ago(-1) },
    true,
  ],
  ['of a reason that is not known to be final stands no longer', { ...refusal, retryAt: ago(0) }, false],
  ['of another generation stands no more', { ...refusal, generation: 2 }, false],
  ['of another state of the account stands no more', { ...refusal, accountState: 'SUSPENDED' }, false],
  ['before a request stands no more', { ...refusal, requestedAt: 'once' }, false],
])('A refusal %s', (_words, past, stands) => {
  const input = {
    replacement: { ...sent, refusal: past },
    generation: 1,
    requestedAt: undefined,
    observation: { candidates: new Map([[security, known<string | undefined>('ACTIVE')]]) },
    now,
  };
  expect(standingRefusal(security, input) !== undefined).toBe(stands);
});

const final = cloudError('blocked', 'UnrecognizedServicePrincipal', 'Register');
const notUnderstood = cloudError('blocked', 'Blocked', 'Register');

function swapping(): World {
  const world = worldOf({ administrators: [tools] });
  world.aws.settings.slotFirst = true;
  world.apply({ delegatedAdministrators: [security] });
  return world;
}

describe('After a refused swap', () => {
  it('an administrator that a person evicts is not registered again, and the eviction is drift [P-40]', async () => {
    const world = swapping();
    world.fate.script = answer(security, final, 2);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'UnrecognizedServicePrincipal' });
    for (let eviction = 1; eviction <= 3; eviction += 1) {
      const mark = world.aws.asked.length;
      world.clock.skip(20 * 60_000);
      if (world.administrators().length > 0) world.aws.outsider.deregister(tools);
      await world.work();
      expect(asked(world, mark)).not.toContain(`Register ${tools}`);
      expect(world.administrators()).toEqual([]);
    }
    expect(reportedOf(world, 'DriftDetected')).toMatchObject([{ drift: { kind: 'AdministratorRemoved' } }]);
  });

  it('the declared account is registered once the previous one was evicted and AWS accepts it', async () => {
    const world = swapping();
    world.fate.script = answer(security, final, 2, 1);
    await world.work();
    world.clock.skip(60_000);
    world.aws.outsider.deregister(tools);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('a reason that is not understood is retried an hour later, and shown in the words of AWS', async () => {
    const world = swapping();
    world.fate.script = answer(security, notUnderstood, 2, 1);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.condition('Stalled')?.message).toContain('blocked by script');
    world.clock.skip(59 * 60_000);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.condition('Stalled')?.message).toContain('Next attempt at');
    expect(world.administrators()).toEqual([tools]);
    world.clock.skip(60_000);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('a reason that is not understood, answered while the previous one is registered, leaves no refusal', async () => {
    const world = swapping();
    world.fate.script = answer(security, notUnderstood, 1, 1);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.status().replacement).toBeUndefined();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });
});

describe('A rollback record that is not this resource’s own, or too old', () => {
  const declarations = [
    {},
    { delegatedAdministrators: [security] },
    { delegatedAdministrators: [audit] },
  ] as const;
  const records = [
    ['of another uid', { uid: 'elsewhere', startedAt: ago(0) }],
    ['of no uid', { startedAt: ago(0) }],
    ['of more than 24 hours ago', { uid: 'uid-1', startedAt: ago(25 * hour) }],
  ] as const;

  async function restored(spec: object, record: object, administrators: string[] = []): Promise<World> {
    const world = worldOf({ administrators });
    world.clock.skip(now - world.clock.now());
    world.apply(spec);
    const replacement = { from: tools, to: security, deregisteredAt: ago(0), ...record } as Replacement;
    world.store.overwrite('sso', { conditions: [], replacement });
    return world;
  }

  it.each(declarations.flatMap((spec) => records.map(([words, record]) => [words, spec, record] as const)))(
    '%s registers no account that %j does not name',
    async (_words, spec, record) => {
      const world = await restored(spec, record);
      await world.work();
      const wanted = 'delegatedAdministrators' in spec ? spec.delegatedAdministrators : [];
      expect(world.administrators()).toEqual(wanted);
    },
  );

  it.each(records)('%s stalls with the accounts and the command that clears it', async (_words, record) => {
    const world = await restored({ delegatedAdministrators: [security] }, record, [tools]);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'UntrustedRecord' });
    const { startedAt } = record;
    const { message } = world.condition('Stalled') ?? {};
    expect(message).toContain(`${tools} to ${security}`);
    expect(message).toContain(
      `kubectl annotate trustedaccess sso --overwrite ${clearReplacementAnnotation}=${startedAt}`,
    );
    expect(asked(world)).toEqual([]);
    const { metadata, ...rest } = world.store.get('sso') as TrustedAccess;
    const resource = {
      ...rest,
      metadata: { ...metadata, annotations: { [clearReplacementAnnotation]: startedAt } },
    };
    world.store.restore(new Map([['sso', { kind: 'Valid', resource }]]));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
    expect(world.status().replacement).toBeUndefined();
  });

  it('is forgotten when AWS has what the spec declares', async () => {
    const world = await restored({ delegatedAdministrators: [security] }, records[0][1], [security]);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.status().replacement).toBeUndefined();
  });

  it('does not keep a deletion waiting', async () => {
    const world = await restored({}, records[0][1]);
    world.store.delete('sso');
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(asked(world)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, reportedOf, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { security, tools, type World } from './fakes/world.ts';

const disable = { confirmation: 'disable' } as const;
const awaiting = { kind: 'Stalled', reason: 'AwaitingApproval' };
const authored = { 'trustedaccess.dev/changed-by': 'author' };
const approvedBy = (user: string, generation: number) => ({
  ...authored,
  'trustedaccess.dev/approved': String(generation),
  'trustedaccess.dev/approved-by': user,
});

function annotate(world: World, annotations: Record<string, string>): void {
  const snapshot = new Map(world.store.snapshot());
  const { metadata, ...rest } = world.store.get('sso') as TrustedAccess;
  snapshot.set('sso', { kind: 'Valid', resource: { ...rest, metadata: { ...metadata, annotations } } });
  world.store.restore(snapshot);
}

/** A resource that AWS matched, and then a change of its spec: generation 2. */
async function changedTo(spec: object, required = ['Swap', 'Disable']): Promise<World> {
  const world = worldOf({ administrators: [tools] });
  world.aws.settings.slotFirst = true;
  world.enforce({ approval: { required, expiry: '1h' } });
  world.apply({ delegatedAdministrators: [tools] });
  expect(await world.work()).toMatchObject({ kind: 'InSync' });
  world.apply(spec);
  annotate(world, authored);
  return world;
}

const swap = { delegatedAdministrators: [security] };
const disabling = { access: 'Disabled', delegatedAdministrators: [], disable };

describe('A change that needs the approval of a second user', () => {
  it.each([
    ['a swap', swap, `replace the delegated administrator ${tools} by ${security}`],
    [
      'a removal of the administrator',
      { delegatedAdministrators: [] },
      `deregister the delegated administrator ${tools}`,
    ],
    ['access: Disabled', disabling, 'disable trusted access'],
  ])(
    '%s waits, changes nothing, emits one event with the command that approves, and is done once approved [P-89]',
    async (_, spec, action) => {
      const world = await changedTo(spec);
      expect(await world.work()).toMatchObject(awaiting);
      expect(await world.work()).toMatchObject(awaiting);
      expect(asked(world)).toEqual([]);
      const message = world.condition('Stalled')?.message;
      expect(message).toContain(action);
      expect(message).toContain(
        'kubectl annotate trustedaccess sso --overwrite trustedaccess.dev/approved=2',
      );
      expect(reportedOf(world, 'Stalled')).toMatchObject([{ reason: 'AwaitingApproval', message }]);
      annotate(world, approvedBy('reviewer', 2));
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(asked(world).length).toBeGreaterThan(0);
    },
  );

  it.each([
    ['the author approves', approvedBy('author', 2), 'must name two different users'],
    [
      'the approver is unknown',
      { ...authored, 'trustedaccess.dev/approved': '2' },
      'must name two different',
    ],
    [
      'the author is unknown',
      { ...approvedBy('reviewer', 2), 'trustedaccess.dev/changed-by': '' },
      'must name two',
    ],
    ['an earlier generation is approved', approvedBy('reviewer', 1), 'needs the approval of a second user'],
    ['a later generation is approved', approvedBy('reviewer', 3), 'needs the approval of a second user'],
  ])('still waits when %s', async (_, annotations, message) => {
    const world = await changedTo(swap);
    annotate(world, annotations);
    expect(await world.work()).toMatchObject(awaiting);
    expect(world.condition('Stalled')?.message).toContain(message);
    expect(asked(world)).toEqual([]);
  });

  it('needs a new approval when the spec changes once more', async () => {
    const world = await changedTo(swap);
    annotate(world, approvedBy('reviewer', 2));
    world.apply({ ...swap, interval: '2h' });
    annotate(world, approvedBy('reviewer', 2));
    expect(await world.work()).toMatchObject(awaiting);
  });

  it('needs a new approval when AWS could not be changed before the approval expired', async () => {
    const world = await changedTo(swap);
    annotate(world, approvedBy('reviewer', 2));
    world.fate.script = answer(security, cloudError('denied', 'AccessDenied', 'Register'));
    expect(await world.work()).toMatchObject({ reason: 'AccessDenied' });
    const since = world.status().approval?.since;
    world.clock.skip(3_600_001);
    world.fate.script = () => undefined;
    const before = asked(world).length;
    expect(await world.work()).toMatchObject(awaiting);
    expect(world.condition('Stalled')?.message).toContain('The approval of generation 2 expired at');
    expect(world.status().approval).toEqual({ generation: 2, since });
    annotate(world, authored);
    await world.work();
    expect(world.status().approval).toBeUndefined();
    expect(asked(world, before)).toEqual([]);
    annotate(world, approvedBy('reviewer', 2));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('waits as a deletion with Revoke too, and an approval of the generation before counts', async () => {
    const world = worldOf({ administrators: [tools] });
    world.enforce({ approval: { required: ['Disable'] } });
    world.apply({ delegatedAdministrators: [tools], deletionPolicy: 'Revoke', disable });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    world.store.delete('sso');
    expect(await world.work()).toMatchObject(awaiting);
    expect(asked(world)).toEqual([]);
    annotate(world, approvedBy('reviewer', 1));
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(world.isEnabled()).toBe(false);
  });
});

describe('A change that needs no approval', () => {
  it('is the restore of the declared administrator after drift', async () => {
    const world = await changedTo({ delegatedAdministrators: [tools] });
    world.aws.outsider.deregister(tools);
    world.aws.outsider.register(security);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
  });

  it('is the first administrator, where AWS has none', async () => {
    const world = worldOf({ enabled: [] });
    world.enforce({ approval: { required: ['Swap', 'Disable'] } });
    world.apply({ delegatedAdministrators: [tools] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('is one that the policy does not require approvals for', async () => {
    const world = await changedTo(swap, ['Disable']);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('is enabling, which goes on while the swap waits', async () => {
    const world = await changedTo(swap);
    world.aws.outsider.disable();
    world.aws.edit((organization) => ({
      ...organization,
      administrators: { 'sso.amazonaws.com': { [tools]: '2025-01-01T00:00:00.000Z' } },
    }));
    expect(await world.work()).toMatchObject(awaiting);
    expect(asked(world)).toEqual(['Enable']);
  });
});

describe('A swap whose approval is withdrawn while no administrator is registered', () => {
  it('ends with the previous administrator', async () => {
    const world = await changedTo(swap);
    annotate(world, approvedBy('reviewer', 2));
    world.fate.script = answer(security, cloudError('throttled', 'Throttled', 'Register'), 2);
    await world.pass();
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    annotate(world, authored);
    expect(await world.work()).toMatchObject(awaiting);
    expect(changed(world)).toEqual([`Deregister ${tools}`, `Register ${tools}`]);
  });
});

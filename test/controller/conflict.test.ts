import { describe, expect, it } from 'vitest';
import { finalizer } from '../../src/crds/trustedAccess.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, reported, worldOf } from './fakes/checked.ts';
import { security, tools, type World } from './fakes/world.ts';

const disable = { confirmation: 'disable' };
const revoke = { deletionPolicy: 'Revoke', disable };

describe('Two resources for one organization and principal', () => {
  const older = { creationTimestamp: '2025-06-01T00:00:00Z', uid: 'b' };
  const younger = { creationTimestamp: '2025-06-02T00:00:00Z', uid: 'a' };

  function two(first = older, second = younger): World {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] }, 'first', first);
    world.apply({ delegatedAdministrators: [security], ...revoke }, 'second', second);
    return world;
  }

  it('the older works, the other stalls with the name of the winner [P-26, F-A4a]', async () => {
    const world = two();
    expect(await world.work('second')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(await world.work('first')).toMatchObject({ kind: 'InSync' });
    expect(world.condition('Stalled', 'second')?.message).toContain('first');
    expect(world.administrators()).toEqual([tools]);
    expect(world.store.finalizerWrites).toEqual([]);
  });

  it('the UID decides between two resources of the same age', async () => {
    const world = two({ ...older, uid: 'b' }, { ...older, uid: 'a' });
    expect(await world.work('first')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(await world.work('second')).toMatchObject({ kind: 'InSync' });
  });

  it('a deleted loser with Revoke does not touch AWS', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools], ...revoke }, 'second', younger);
    await world.work('second');
    world.apply({ delegatedAdministrators: [tools] }, 'first', older);
    world.store.delete('second');
    expect(await world.work('second')).toEqual({ kind: 'Gone' });
    expect(asked(world)).toEqual([]);
    expect(world.store.get('second')).toBeUndefined();
  });

  it('a deletion with Revoke waits while it is unknown whose an older resource is', async () => {
    const world = worldOf();
    world.apply(revoke, 'second', younger);
    await world.work('second');
    world.apply({ organization: { region: 'us-east-1' } }, 'first', older);
    world.store.delete('second');
    let calls = 0;
    world.fate.script = ({ operation }) => {
      calls += operation === 'callerAccount' ? 1 : 0;
      return operation === 'callerAccount' && calls % 2 === 0
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'callerAccount') }
        : undefined;
    };
    expect(await world.pass('second')).toMatchObject({ kind: 'Retry' });
    expect(world.store.get('second')?.metadata.finalizers).toEqual([finalizer]);
  });

  it('other principals, other accounts and other organizations are no conflict', async () => {
    const world = worldOf();
    world.apply({ servicePrincipal: 'backup.amazonaws.com' }, 'backup', older);
    world.apply({ organization: { roleArn: 'arn:aws:iam::777777777777:role/x' } }, 'elsewhere', older);
    world.apply({ organization: { id: 'o-otherorg00000' } }, 'guarded', older);
    world.apply({}, 'sso', younger);
    expect(await world.work('sso')).toMatchObject({ kind: 'InSync' });
    expect(await world.work('guarded')).toMatchObject({ kind: 'Stalled', reason: 'WrongOrganization' });
  });

  it('two ways to the same account are one organization', async () => {
    const world = worldOf();
    world.apply({ organization: { roleArn: 'arn:aws:iam::111111111111:role/x' } }, 'first', older);
    world.apply({}, 'second', younger);
    expect(await world.work('second')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(world.aws.reads.filter((read) => read === 'callerAccount')).toHaveLength(1);
  });

  it('a resource that this version cannot read takes no claim from another one', async () => {
    const world = worldOf();
    world.store.applyInvalid('broken', ['spec.access: "On" is not "Enabled" or "Disabled"']);
    world.apply({});
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('the conflict is reported once', async () => {
    const world = two();
    await world.work('second');
    world.clock.skip(300_000);
    await world.work('second');
    expect(reported(world)).toEqual(['Stalled']);
  });
});

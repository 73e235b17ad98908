import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../src/controller/plan.ts';
import type { OrganizationTarget } from '../../src/controller/ports.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, inSyncWorld, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { view } from './fakes/views.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const disable = { confirmation: 'disable' } as const;
const revoke = { deletionPolicy: 'Revoke', disable } as const;
const older = { creationTimestamp: '2025-06-01T00:00:00Z', uid: 'a' };
const younger = { creationTimestamp: '2025-06-02T00:00:00Z', uid: 'b' };
const permitting = (...administrators: string[]) => ({ rules: [{ administrators }] });
const notPermitted = { kind: 'Stalled', reason: 'NotPermitted' };

describe('A resource that the policy does not permit', () => {
  it.each([
    ['a foreign administrator', { delegatedAdministrators: [audit] }, 'spec.delegatedAdministrators'],
    ['access: Disabled', { access: 'Disabled', delegatedAdministrators: [], disable }, 'spec.access'],
    ['deletionPolicy: Revoke', revoke, 'spec.deletionPolicy'],
    [
      'a foreign role',
      { organization: { roleArn: 'arn:aws:iam::999999999999:role/foreign' } },
      'spec.organization.roleArn',
    ],
  ])('stalls with %s, names the field, and causes no call of AWS [P-85]', async (_, spec, field) => {
    const world = worldOf({ enabled: [], administrators: [tools] });
    world.enforce({ rules: [{ administrators: [tools], roles: [] }] });
    world.apply(spec as object);
    expect(await world.work()).toMatchObject(notPermitted);
    expect(world.condition('Stalled')?.message).toContain(field);
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'NotPermitted' });
    expect(world.fate.met.filter(({ kind }) => kind !== 'Store')).toEqual([]);
    expect(world.announced.map(({ kind }) => kind)).toEqual(['Stalled']);
  });

  it('is reconciled as soon as the policy permits it', async () => {
    const world = worldOf({ enabled: [] });
    world.enforce(permitting(tools));
    world.apply({ delegatedAdministrators: [audit] });
    expect(await world.work()).toMatchObject(notPermitted);
    world.enforce(permitting(tools, audit));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([audit]);
  });

  it('keeps its state in AWS when the policy stops permitting it, whatever drifts', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] });
    const before = asked(world).length;
    world.enforce(permitting(security));
    world.aws.outsider.deregister(tools);
    expect(await world.work()).toMatchObject(notPermitted);
    expect(asked(world, before)).toEqual([]);
  });

  it('is unchanged while the policy file cannot be used, and the message names the file and the remedy', async () => {
    const world = worldOf({ enabled: [] });
    world.enforce('policy file /etc/policy.yaml: unknown field "rule"');
    world.apply({ delegatedAdministrators: [tools] });
    expect(await world.work()).toMatchObject(notPermitted);
    expect(world.condition('Stalled')?.message).toBe(
      'Cannot use the policy file /etc/policy.yaml: unknown field "rule". The operator changes nothing in AWS until the platform owner repairs the file.',
    );
    expect(asked(world)).toEqual([]);
  });

  it('stalls its deletion with Revoke and changes nothing, until it is to be deleted with Retain', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools], ...revoke });
    const before = asked(world).length;
    world.enforce(permitting(tools));
    world.store.delete('sso');
    expect(await world.work()).toMatchObject(notPermitted);
    expect(world.condition('Stalled')?.message).toContain('Deletion waits: The policy does not permit');
    expect(asked(world, before)).toEqual([]);
    world.apply({ delegatedAdministrators: [tools], deletionPolicy: 'Retain' });
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(asked(world, before)).toEqual([]);
  });
});

describe('A swap that the policy stops permitting', () => {
  function swapping(): World {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.enforce(permitting(security));
    world.apply({ delegatedAdministrators: [security] });
    return world;
  }

  it.each(['the resource stays', 'the resource is deleted'])(
    'ends with the previous administrator in the gap (%s) [P-86]',
    async (what) => {
      const world = swapping();
      world.fate.script = answer(security, cloudError('throttled', 'Throttled', 'Register'), 2);
      await world.pass();
      expect(world.administrators()).toEqual([]);
      world.fate.script = () => undefined;
      world.enforce(permitting(audit));
      if (what === 'the resource is deleted') world.store.delete('sso');
      await world.work();
      expect(world.administrators()).toEqual([tools]);
      expect(changed(world)).toEqual([`Deregister ${tools}`, `Register ${tools}`]);
      world.clock.skip(60_000);
      const ended = await world.work();
      if (what === 'the resource stays') {
        expect(ended).toMatchObject(notPermitted);
        expect(world.status()).not.toHaveProperty('replacement');
      } else expect(ended).toEqual({ kind: 'Gone' });
    },
  );

  it('does not enable access that was disabled in the gap', async () => {
    const world = swapping();
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    await world.pass();
    world.restart();
    world.fate.script = () => undefined;
    world.aws.outsider.disable();
    world.enforce(permitting(audit));
    expect(await world.work()).toMatchObject(notPermitted);
    expect(world.isEnabled()).toBe(false);
  });
});

it('the plan for a resource that the policy does not permit holds at most the rollback of its own swap, whatever it declares', () => {
  const forbidden = { kind: 'Stalled', reason: 'NotPermitted', message: 'no' } as const;
  fc.assert(
    fc.property(view, (any) => {
      const { actions, stop } = plan({ ...any, forbidden });
      expect(stop).toBe(forbidden);
      const rollback = actions.map((action) => action.kind === 'RestoreAdministrator' && action.accountId);
      expect(rollback).toEqual(rollback.length === 0 ? [] : [any.replacement?.from]);
      if (rollback.length > 0)
        expect(any.observation.administrators).toMatchObject({ known: true, value: [] });
    }),
    { numRuns: 3_000 },
  );
});

describe('A resource that the policy does not permit, beside one that it permits', () => {
  function decoyed(): World {
    const world = worldOf({ administrators: [tools] });
    world.enforce(permitting(tools, security));
    world.apply({ delegatedAdministrators: [audit] }, 'decoy', older);
    world.apply({ delegatedAdministrators: [security] }, 'legitimate', younger);
    return world;
  }

  it('holds no claim although it is older [P-87]', async () => {
    const world = decoyed();
    expect(await world.work('decoy')).toMatchObject(notPermitted);
    expect(await world.work('legitimate')).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('loses the claim that it held before the policy, after the grace period of a take-over', async () => {
    const world = decoyed();
    world.enforce({ rules: [{}] });
    await world.work('decoy');
    expect(await world.work('legitimate')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    world.enforce(permitting(security));
    expect(await world.work('decoy')).toMatchObject(notPermitted);
    expect(await world.work('legitimate')).toMatchObject({ kind: 'Stalled', after: 120_000 });
    expect(world.condition('Stalled', 'legitimate')?.message).toContain(
      'TrustedAccess decoy is missing or not permitted since',
    );
    world.clock.skip(120_000);
    expect(await world.work('legitimate')).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('is no heir: a deletion with Revoke is carried out', async () => {
    const world = worldOf();
    world.enforce({ rules: [{ administrators: [tools], allow: { revoke: true } }] });
    world.apply({ delegatedAdministrators: [tools], ...revoke }, 'legitimate', older);
    await world.work('legitimate');
    world.apply({ delegatedAdministrators: [audit] }, 'decoy', younger);
    world.store.delete('legitimate');
    await world.work('legitimate');
    expect(world.isEnabled()).toBe(false);
  });
});

describe('The external id of a role', () => {
  const roleArn = 'arn:aws:iam::111111111111:role/trusted-access';
  const paired = { rules: [{ roles: [{ arn: roleArn, externalId: 'of-the-policy' }] }] };

  function targets(world: World): (OrganizationTarget | undefined)[] {
    const seen: (OrganizationTarget | undefined)[] = [];
    const { cloud } = world.ports;
    Object.assign(world.ports, {
      cloud: {
        open(target: OrganizationTarget | undefined) {
          seen.push(target);
          return cloud.open(target);
        },
      },
    });
    return seen;
  }

  it('comes from the policy that names it with the role, not from the resource [P-88]', async () => {
    const world = worldOf();
    const seen = targets(world);
    world.enforce(paired);
    world.apply({ organization: { roleArn } });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(new Set(seen.map((target) => target?.externalId))).toEqual(new Set(['of-the-policy']));
  });

  it('is refused before the role is assumed when a resource names another one', async () => {
    const world = worldOf();
    world.enforce(paired);
    world.apply({ organization: { roleArn, externalId: 'guessed' } });
    expect(await world.work()).toMatchObject(notPermitted);
    expect(world.condition('Stalled')?.message).toContain('spec.organization.externalId');
    expect(world.fate.met.filter(({ kind }) => kind !== 'Store')).toEqual([]);
  });
});

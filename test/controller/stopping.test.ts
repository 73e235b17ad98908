import { describe, expect, it } from 'vitest';
import { cloudError, type Operation } from './fakes/aws.ts';
import { asked, reported, worldOf } from './fakes/checked.ts';
import type { Script } from './fakes/fate.ts';
import { management, organizationState, security, stranger, tools } from './fakes/world.ts';

const refusing =
  (
    operation: Operation,
    ...error: Parameters<typeof cloudError> extends [...infer E, Operation] ? E : never
  ): Script =>
  (point) =>
    point.operation === operation ? { kind: 'Refuse', error: cloudError(...error, operation) } : undefined;

describe('Reasons to stop, each healed by its cause going away', () => {
  it('another organization than the guard names: nothing is changed, both are named [P-28]', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ organization: { id: 'o-somebodyelse' } });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'WrongOrganization' });
    expect(world.condition('Stalled')?.message).toMatch(/o-exampleorg1.*o-somebodyelse/);
    expect(world.aws.reads).toEqual(['callerAccount', 'organization']);
    world.apply({ organization: { id: 'o-exampleorg1' } });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('credentials of a member account that administers: what may be read is observed, nothing changed [P-29]', async () => {
    const world = worldOf({ account: tools, administrators: [tools], enabled: [] });
    world.apply({ delegatedAdministrators: [security] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotManagementAccount' });
    expect(world.status()).toMatchObject({ access: { state: 'Disabled' }, administrators: tools });
    expect(world.condition('Stalled')?.message).toContain(management);
    expect(asked(world)).toEqual([]);
  });

  it('credentials of a member account that may not read: Unknown, and the reason is the account', async () => {
    const world = worldOf({ account: security });
    world.apply();
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotManagementAccount' });
    expect(world.condition('AccessEnabled')).toMatchObject({ status: 'Unknown', reason: 'AccessDenied' });
    expect(world.status()).toMatchObject({ access: { state: 'Unknown' }, administrators: 'unknown' });
  });

  it('an account in no organization', async () => {
    const world = worldOf({ account: stranger });
    world.apply();
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'OrganizationNotInUse' });
    world.aws.edit((now) => ({
      ...now,
      managementAccountId: stranger,
      members: { ...now.members, [stranger]: { name: 'x', state: 'ACTIVE' } },
    }));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('an organization with consolidated billing only', async () => {
    const world = worldOf();
    world.aws.edit((now) => ({ ...now, allFeatures: false }));
    world.apply();
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotAllFeatures' });
    expect(world.aws.reads).toEqual(['callerAccount', 'organization']);
    world.aws.edit((now) => ({ ...now, allFeatures: true }));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('a name that was deleted and made anew is another resource', async () => {
    const world = worldOf();
    world.apply();
    await world.work();
    world.store.delete('sso');
    world.apply({ delegatedAdministrators: [] });
    await world.work();
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(reported(world)).toEqual(['InSync', 'InSync']);
  });

  it('several organizations are kept apart by their roles', async () => {
    const other = '555555555555';
    const world = worldOf({
      organizations: [
        organizationState(),
        organizationState({
          id: 'o-secondorg00',
          managementAccountId: other,
          members: { [other]: { name: 'm', state: 'ACTIVE' } },
        }),
      ],
    });
    world.apply({ organization: { roleArn: `arn:aws:iam::${other}:role/operator` } }, 'second');
    expect(await world.work('second')).toMatchObject({ kind: 'InSync' });
    expect(world.aws.organization('o-secondorg00').enabled).toHaveProperty(['sso.amazonaws.com']);
    expect(world.isEnabled()).toBe(false);
  });

  it('something this version cannot read: every problem is named, nothing is touched', async () => {
    const world = worldOf();
    world.store.applyInvalid('sso', ['spec.access: unknown value', 'spec.interval: too long']);
    expect(await world.work()).toMatchObject({
      kind: 'Stalled',
      reason: 'InvalidSpec',
      message: 'spec.access: unknown value; spec.interval: too long',
    });
    expect(world.aws.reads).toEqual([]);
    const writes = world.store.statusWrites.length;
    await world.work();
    expect(world.store.statusWrites).toHaveLength(writes);
  });
});

describe('A permission that is missing', () => {
  it.each([
    ['enabledServices', 'organizations:ListAWSServiceAccessForOrganization', 'AccessEnabled'],
    ['administrators', 'organizations:ListDelegatedAdministrators', 'AdministratorsDelegated'],
  ] as const)(
    '%s: named, and the condition is Unknown, never False [F-A10a]',
    async (operation, action, condition) => {
      const world = worldOf({ administrators: [tools] });
      world.apply({ delegatedAdministrators: [tools] });
      world.fate.script = refusing(operation, 'denied', 'AccessDenied');
      expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
      expect(world.condition('Stalled')?.message).toContain(action);
      expect(world.condition(condition)).toMatchObject({ status: 'Unknown', reason: 'AccessDenied' });
      expect(world.condition(condition)?.message).toContain(action);
      expect(asked(world)).toEqual([]);
      world.fate.script = () => undefined;
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
    },
  );

  it.each(['callerAccount', 'organization'] as const)('%s: nothing more is read', async (operation) => {
    const world = worldOf();
    world.apply();
    world.fate.script = refusing(operation, 'denied', 'AccessDenied');
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(world.condition('AccessEnabled')).toMatchObject({ status: 'Unknown' });
  });

  it('the organization found before is still reported', async () => {
    const world = worldOf();
    world.apply();
    await world.work();
    world.fate.script = refusing('organization', 'denied', 'AccessDenied');
    world.clock.skip(600_000);
    await world.work();
    expect(world.status().organization).toMatchObject({ id: 'o-exampleorg1' });
  });

  it.each(['identityCenter', 'hasServiceLinkedRole'] as const)('%s is optional', async (operation) => {
    const world = worldOf({ permissionSets: 1 });
    world.apply();
    world.fate.script = refusing(operation, 'denied', 'AccessDenied');
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    const { identityCenter, serviceLinkedRole } = world.status();
    expect(operation === 'identityCenter' ? identityCenter?.use : serviceLinkedRole?.state).toBe('Unknown');
  });

  it.each([
    ['Enable', { enabled: [] }, {}],
    ['Register', {}, { delegatedAdministrators: [tools] }],
    ['Deregister', { administrators: [tools] }, { delegatedAdministrators: [] }],
    ['Disable', {}, { access: 'Disabled', disable: { confirmation: 'disable' } }],
  ] as const)('%s: stalled with the action named, retried, reported once', async (operation, start, spec) => {
    const world = worldOf(start);
    world.apply(spec);
    world.fate.script = refusing(operation, 'denied', 'AccessDenied');
    for (let observe = 0; observe < 3; observe += 1) {
      expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
      world.clock.skip(300_000);
    }
    expect(world.condition('Stalled')?.message).toContain(`organizations:${operation}`);
    expect(reported(world).filter((kind) => kind === 'Stalled')).toHaveLength(1);
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });
});

describe('How the resource detects changes', () => {
  it.each([
    [{ driven: true, message: 'heartbeat 2 s' }, 'True', 'EventsProven'],
    [{ driven: false, message: 'no heartbeat since an hour' }, 'False', 'PollingOnly'],
    [undefined, 'False', 'PollingOnly'],
  ])('channel %j: EventDriven is %s', async (state, status, reason) => {
    const world = worldOf();
    world.channel.now = state;
    world.apply();
    await world.work();
    expect(world.condition('EventDriven')).toMatchObject({ status, reason });
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('reports EventDriven of the organization that the resource belongs to', async () => {
    const world = worldOf();
    const asked: (string | undefined)[] = [];
    world.channel.state = (managementAccountId) => {
      asked.push(managementAccountId);
      return { driven: false, message: 'the trail is stopped' };
    };
    world.apply();
    await world.work();
    expect(asked.at(-1)).toBe(world.status().organization?.managementAccountId);
    expect(asked.at(-1)).toMatch(/^\d{12}$/);
  });
});

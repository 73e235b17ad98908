import { describe, expect, it } from 'vitest';
import { asked, changed, reported, worldOf } from './fakes/checked.ts';
import { security, tools } from './fakes/world.ts';

it('An idle look asks AWS for each thing once', async () => {
  const world = worldOf({ administrators: [tools] });
  world.apply({ delegatedAdministrators: [tools] });
  await world.work();
  const mark = world.aws.reads.length;
  await world.work();
  expect(world.aws.reads.slice(mark).sort()).toEqual([
    'administrators',
    'callerAccount',
    'enabledServices',
    'hasServiceLinkedRole',
    'identityCenter',
    'organization',
  ]);
});

describe('The actual state of AWS is adopted', () => {
  const cases = [
    { name: 'nothing but access', start: {}, spec: {} },
    {
      name: 'an administrator',
      start: { administrators: [tools] },
      spec: { delegatedAdministrators: [tools] },
    },
    { name: 'an administrator nobody declares', start: { administrators: [tools] }, spec: {} },
    { name: 'no administrator', start: {}, spec: { delegatedAdministrators: [] } },
    {
      name: 'access disabled, and nobody',
      start: { enabled: [] },
      spec: { access: 'Disabled', disable: { confirmation: 'disable' } },
    },
    {
      name: 'several administrators in another order',
      start: { principal: 'backup.amazonaws.com', administrators: [tools, security] },
      spec: { delegatedAdministrators: [security, tools] },
    },
  ];
  it.each(cases)('$name: Ready without one write [P-02, F-A5a]', async ({ start, spec }) => {
    const world = worldOf(start);
    world.apply(spec);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual([]);
    expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(reported(world)).toEqual(['InSync']);
  });

  it.each(cases)('$name: another reconcile changes nothing anywhere [P-03]', async ({ start, spec }) => {
    const world = worldOf(start);
    world.apply(spec);
    await world.work();
    const writes = world.store.statusWrites.length;
    for (const minutes of [1, 7, 60, 24 * 60]) {
      world.clock.skip(minutes * 60_000);
      await world.pass();
    }
    world.restart();
    await world.pass();
    expect(asked(world)).toEqual([]);
    expect(world.store.statusWrites).toHaveLength(writes);
    expect(world.store.finalizerWrites).toEqual([]);
    expect(reported(world)).toEqual(['InSync']);
  });

  it('other principals of the organization stay unchanged, whatever the spec of this one [P-01, F-A1a]', async () => {
    const world = worldOf({ enabled: ['backup.amazonaws.com', 'guardduty.amazonaws.com'] });
    world.aws.outsider.register(tools, 'backup.amazonaws.com');
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable: { confirmation: 'disable' } });
    await world.work();
    expect(world.isEnabled()).toBe(false);
    expect(Object.keys(world.aws.organization().enabled)).toEqual([
      'backup.amazonaws.com',
      'guardduty.amazonaws.com',
    ]);
    expect(world.administrators('backup.amazonaws.com')).toEqual([tools]);
  });
});

describe('The missing part of the desired state is created', () => {
  it('enables before it registers [P-04]', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ delegatedAdministrators: [tools] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual(['Enable', `Register ${tools}`]);
  });

  it('deregisters before it disables [P-05]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable: { confirmation: 'disable' } });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual([`Deregister ${tools}`, 'Disable']);
  });

  it('an empty list means no administrator [F-A3b]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [] });
    await world.work();
    expect(changed(world)).toEqual([`Deregister ${tools}`]);
    expect(world.status().administrators).toBe('none');
  });

  it('an absent list means unmanaged, also when an account is registered or deregistered later [P-06, F-A3a]', async () => {
    const world = worldOf();
    world.apply({});
    await world.work();
    world.aws.outsider.register(tools);
    await world.work();
    expect(world.condition('AdministratorsDelegated')).toMatchObject({ status: 'True' });
    world.aws.outsider.deregister(tools);
    await world.work();
    expect(asked(world)).toEqual([]);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(world.status().lastDrift).toBeUndefined();
  });

  it('says what is under way, and answers the request annotation', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({});
    world.store.request('sso', 'one');
    await world.work();
    const [first, last] = [world.store.statusWrites[0], world.store.statusWrites.at(-1)];
    expect(first?.status.conditions[0]).toMatchObject({
      type: 'Ready',
      status: 'False',
      reason: 'Progressing',
    });
    expect(last?.status).toMatchObject({ observedGeneration: 1, lastHandledReconcileAt: 'one' });
    expect(reported(world)).toEqual(['ActionStarted', 'ActionVerified', 'InSync']);
  });

  it('names the next step when access is enabled and Identity Center has no instance', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({});
    await world.work();
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(world.condition('Ready')?.message).toContain('no organization instance yet');
  });

  it('the status says what AWS has, with names and dates', async () => {
    const world = worldOf({ administrators: [tools], permissionSets: 2 });
    world.aws.edit((organization) => ({ ...organization, roles: ['AWSServiceRoleForSSO'] }));
    world.apply({});
    await world.work();
    expect(world.status()).toMatchObject({
      organization: { id: 'o-exampleorg1', managementAccountId: '111111111111', partition: 'aws' },
      access: { state: 'Enabled', since: '2025-01-01T00:00:00.000Z' },
      administrators: tools,
      delegatedAdministrators: [{ accountId: tools, name: 'tools', since: '2025-01-01T00:00:00.000Z' }],
      identityCenter: { use: 'InUse', region: 'eu-west-1', permissionSets: 2 },
      serviceLinkedRole: { name: 'AWSServiceRoleForSSO', state: 'Present' },
    });
  });
});

describe('Suspend', () => {
  it('reads nothing and changes nothing [P-07]', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ suspend: true, delegatedAdministrators: [tools] });
    expect(await world.work()).toEqual({ kind: 'Suspended' });
    expect(world.aws.reads).toEqual([]);
    expect(asked(world)).toEqual([]);
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'Suspended' });
    expect(world.condition('AccessEnabled')).toMatchObject({ status: 'Unknown' });
    const writes = world.store.statusWrites.length;
    await world.pass();
    expect(world.store.statusWrites).toHaveLength(writes);
  });

  it('what changed while it was suspended is no drift of its spec change back', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.apply({ delegatedAdministrators: [tools], suspend: true });
    await world.work();
    world.aws.outsider.disable();
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    expect(world.isEnabled()).toBe(true);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });
});

describe('driftPolicy: Observe', () => {
  it.each([
    ['enable', { start: { enabled: [] }, spec: {} }],
    ['register', { start: {}, spec: { delegatedAdministrators: [tools] } }],
    ['replace', { start: { administrators: [tools] }, spec: { delegatedAdministrators: [security] } }],
    ['deregister', { start: { administrators: [tools] }, spec: { delegatedAdministrators: [] } }],
    ['disable', { start: {}, spec: { access: 'Disabled', disable: { confirmation: 'disable' } } }],
  ])('says that it would %s, and does not', async (word, { start, spec }) => {
    const world = worldOf(start);
    world.apply({ ...spec, driftPolicy: 'Observe' });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'DriftObserved' });
    expect(world.condition('Ready')?.message).toContain(word);
    expect(asked(world)).toEqual([]);
  });

  it('reports drift with its actor [P-08]', async () => {
    const world = worldOf();
    world.apply({ driftPolicy: 'Observe' });
    await world.work();
    world.clock.skip(60_000);
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled', detectedBy: 'Event' });
    expect(world.announced.find(({ kind }) => kind === 'DriftDetected')).toMatchObject({ corrects: false });
    expect(asked(world)).toEqual([]);
    world.aws.outsider.enable();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });
});

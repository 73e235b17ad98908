import { describe, expect, it } from 'vitest';
import { type CloudErrorKind, metadataOf } from '../../src/controller/ports.ts';
import { fact, obstacleOf } from '../../src/controller/terms.ts';
import { cloudError } from './fakes/aws.ts';
import { worldOf } from './fakes/checked.ts';
import { organizationState, tools } from './fakes/world.ts';

const register = 'organizations:RegisterDelegatedAdministrator';

describe('A call that failed', () => {
  it.each<[CloudErrorKind, 'Stalled' | 'Retry', string]>([
    ['denied', 'Stalled', `${register} is not permitted: denied by script`],
    ['blocked', 'Stalled', `AWS refuses ${register}: blocked by script`],
    ['throttled', 'Retry', `AWS is throttling ${register}: throttled by script`],
    ['transient', 'Retry', `${register} failed: transient by script`],
    ['conflict', 'Retry', `${register} failed: conflict by script`],
    ['slotTaken', 'Retry', `${register} failed: slotTaken by script`],
    ['notEnabled', 'Retry', `${register} failed: notEnabled by script`],
  ])('%s: %s, in a sentence that names the call', (kind, means, message) => {
    const reason = kind === 'denied' ? 'AccessDenied' : 'Blocked';
    const obstacle = obstacleOf(cloudError(kind, reason, 'Register'));
    expect(obstacle).toMatchObject({ kind: means, reason, message });
    expect(obstacle.action).toBe(kind === 'denied' ? register : undefined);
  });

  it('names no permission when credentials are missing, because granting one would not help', () => {
    const obstacle = obstacleOf(cloudError('denied', 'CredentialsUnusable', 'callerAccount'));
    expect(obstacle).toEqual({ kind: 'Stalled', reason: 'CredentialsUnusable', message: 'denied by script' });
  });
});

describe('A fact that could not be read', () => {
  it('is unknown with the reason of AWS, or an error of the operator without an answer', async () => {
    const denied = cloudError('denied', 'AccessDenied', 'administrators');
    expect(await fact(Promise.reject(denied))).toEqual({ known: false, obstacle: obstacleOf(denied) });
    const bug = new TypeError('undefined is not a function');
    await expect(fact(Promise.reject(bug))).rejects.toBe(bug);
  });
});

describe('What is read besides', () => {
  it.each([
    [undefined, { use: 'InUse', permissionSets: 2 }],
    ['eu-west-1', { use: 'InUse', permissionSets: 2 }],
    ['us-east-1', { use: 'Idle' }],
  ])('Identity Center in the region that is declared (%s)', async (region, found) => {
    const world = worldOf({ permissionSets: 2 });
    world.apply(region === undefined ? {} : { identityCenter: { region } });
    await world.work();
    expect(world.status().identityCenter).toMatchObject(found);
  });

  it('is the role of the service, where it has one', async () => {
    const world = worldOf();
    world.apply();
    await world.work();
    expect(world.status().serviceLinkedRole).toEqual({ name: 'AWSServiceRoleForSSO', state: 'Absent' });
  });

  it('is nothing for a service of which nothing is known', async () => {
    const world = worldOf({ principal: 'new.example.com' });
    world.apply();
    await world.work();
    expect(new Set(world.aws.reads)).toEqual(
      new Set(['callerAccount', 'organization', 'enabledServices', 'administrators']),
    );
  });

  it('is the state of declared accounts that are not registered, and of no other', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    expect(world.aws.reads).not.toContain('accountState');
  });
});

describe('An organization that is not the one', () => {
  it('is named in the status, so that a person sees whose credentials these are', async () => {
    const world = worldOf({ organizations: [organizationState({ id: 'o-otherorg0000' })] });
    world.apply({ organization: { id: 'o-exampleorg1' } });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'WrongOrganization' });
    expect(world.status().organization).toMatchObject({ id: 'o-otherorg0000', partition: 'aws' });
  });
});

describe('A resource that this version cannot read', () => {
  it('says so in its conditions, and keeps what was known of it', async () => {
    const world = worldOf();
    world.apply();
    await world.work();
    const stored = world.store.snapshot().get('sso');
    if (stored?.kind !== 'Valid') throw new Error('not stored');
    const metadata = { ...metadataOf(stored), generation: 2 };
    const { status } = stored.resource;
    world.store.restore(new Map([['sso', { kind: 'Invalid', metadata, status, problems: ['spec: new'] }]]));
    await world.work();
    const written = world.store.statusWrites.at(-1)?.status;
    expect(written).toMatchObject({ observedGeneration: 2, access: { state: 'Enabled' } });
    expect(written?.conditions.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`)).toEqual([
      'Ready False InvalidSpec',
      'Stalled True InvalidSpec',
      'AccessEnabled True Enabled',
      'AdministratorsDelegated False NotDelegated',
      'EventDriven True EventsProven',
    ]);
  });

  it('is reported at the next reconcile when the status could not be stored in this one', async () => {
    const world = worldOf();
    world.store.applyInvalid('sso', ['spec: new']);
    world.fate.script = ({ kind }) =>
      kind === 'Store' ? { kind: 'Refuse', error: new Error('409') } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    world.fate.script = () => undefined;
    await world.pass();
    await world.pass();
    expect(world.store.statusWrites).toHaveLength(1);
  });

  it('is worked on as any other once it can be read', async () => {
    const world = worldOf({ enabled: [] });
    world.store.applyInvalid('sso', ['spec: new']);
    await world.work();
    world.apply({});
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.condition('Stalled')).toBeUndefined();
  });
});

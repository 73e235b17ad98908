import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsCloud, createCloud } from '../../src/aws/cloud.ts';
import { CloudError, type Organization } from '../../src/controller/ports.ts';
import { realClock } from './clocks.ts';
import {
  isolateFromMachine,
  type Loopback,
  type ParsedMessage,
  type Reply,
  startLoopback,
} from './loopback.ts';

const organization: Organization = {
  id: 'o-abcdefghij',
  managementAccountId: '111111111111',
  partition: 'aws',
  allFeatures: true,
};
const arn = 'arn:aws:sso:::instance/ssoins-1111111111111111';
const instance = { InstanceArn: arn, OwnerAccountId: '111111111111', Status: 'ACTIVE' };

let server: Loopback | undefined;
let cloud: AwsCloud | undefined;

beforeEach(isolateFromMachine);
afterEach(async () => {
  cloud?.close();
  await server?.stop();
  vi.unstubAllEnvs();
});

/** The region a request was signed for. */
function regionOf({ authorization }: ParsedMessage): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\/sso\//.exec(authorization)?.[1] ?? '';
}

interface World {
  readonly instances: (region: string) => Reply;
  readonly permissionSets?: (received: ParsedMessage) => Reply;
  readonly applications?: (received: ParsedMessage) => Reply;
  readonly described?: Reply;
  readonly sessionToken?: string;
  /** The account's own list; not permitted when absent. */
  readonly regions?: (received: ParsedMessage) => Reply;
}

async function start(world: World): Promise<Loopback> {
  server = await startLoopback({
    ListInstances: (received) => world.instances(regionOf(received)),
    ListRegions: (received) => world.regions?.(received) ?? { error: 'AccessDeniedException', status: 403 },
    DescribeInstance: () => world.described ?? { error: 'ResourceNotFoundException' },
    ListApplications: (received) => world.applications?.(received) ?? { body: { Applications: [] } },
    ListPermissionSets: (received) => world.permissionSets?.(received) ?? { body: { PermissionSets: [] } },
  });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  cloud = createCloud({
    clock: realClock,
    random: Math.random,
    credentials: async () => ({
      accessKeyId: 'AKID',
      secretAccessKey: 's',
      ...(world.sessionToken && { sessionToken: world.sessionToken }),
    }),
  });
  return server;
}

function observe(region?: string, signal = new AbortController().signal, partition = 'aws') {
  if (!cloud) throw new Error('not started');
  return cloud
    .open(undefined)
    .identityCenter({ ...organization, partition }, region, { notBefore: Date.now(), signal });
}

async function refusal(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const only =
  (where: string, found: object = instance) =>
  (region: string): Reply => ({
    body: { Instances: region === where ? [found] : [] },
  });
const some = (): Reply => ({ body: { PermissionSets: ['a'] } });
const listed = (statuses: Readonly<Record<string, string>>) => (): Reply => ({
  body: {
    Regions: Object.entries(statuses).map(([RegionName, RegionOptStatus]) => ({
      RegionName,
      RegionOptStatus,
    })),
  },
});
const none = (): Reply => ({ body: { Instances: [] } });
const regionsAsked = (loopback: Loopback) =>
  loopback.received.filter(({ operation }) => operation === 'ListInstances').map(regionOf);

describe('Identity Center', () => {
  it('is in use when it has permission sets, counted over all pages', async () => {
    await start({
      instances: only('eu-central-1'),
      permissionSets: ({ input }) =>
        input['NextToken'] === undefined
          ? { body: { PermissionSets: ['a', 'b'], NextToken: 'n' } }
          : { body: { PermissionSets: ['c'] } },
    });
    expect(await observe()).toEqual({
      use: 'InUse',
      instanceArn: arn,
      region: 'eu-central-1',
      permissionSets: 3,
    });
  });

  it('is idle with an instance that has no permission sets', async () => {
    await start({ instances: only('eu-west-1') });
    const idle = { use: 'Idle', instanceArn: arn, region: 'eu-west-1', permissionSets: 0, applications: 0 };
    expect(await observe()).toEqual(idle);
  });

  it('is in use when it has applications and no permission sets', async () => {
    await start({
      instances: only('eu-west-1'),
      applications: () => ({ body: { Applications: [{ ApplicationArn: 'a' }] } }),
    });
    expect(await observe()).toMatchObject({ use: 'InUse', permissionSets: 0, applications: 1 });
  });

  it('is not idle while its applications cannot be read', async () => {
    await start({ instances: only('eu-west-1'), applications: () => ({ error: 'AccessDeniedException' }) });
    expect(await refusal(observe('eu-west-1'))).toMatchObject({
      kind: 'denied',
      action: 'sso:ListApplications',
    });
  });

  it('is in use in a second region although the named one has an idle instance', async () => {
    await start({
      instances: (region) => ({
        body: { Instances: region === 'eu-west-1' || region === 'us-west-2' ? [instance] : [] },
      }),
      permissionSets: (received) => ({
        body: { PermissionSets: regionOf(received) === 'us-west-2' ? ['a'] : [] },
      }),
    });
    expect(await observe('eu-west-1')).toMatchObject({ use: 'InUse', region: 'us-west-2' });
  });

  it.each(['aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f'])(
    'is not idle in %s, of which no region is known',
    async (partition) => {
      await start({ instances: none });
      const { signal } = new AbortController();
      expect(await refusal(observe('us-iso-east-1', signal, partition))).toMatchObject({ kind: 'blocked' });
    },
  );

  it('is looked for where the operator runs first, and found again without a search', async () => {
    const loopback = await start({ instances: only('eu-west-1'), permissionSets: some });
    await observe();
    await observe();
    expect(regionsAsked(loopback)).toEqual(['eu-west-1', 'eu-west-1']);
  });

  it('is found again at once where it was found by a search', async () => {
    const loopback = await start({ instances: only('ap-southeast-4'), permissionSets: some });
    expect((await observe()).region).toBe('ap-southeast-4');
    const searched = regionsAsked(loopback).length;
    await observe();
    expect(regionsAsked(loopback).slice(searched)).toEqual(['ap-southeast-4']);
  });

  it('is looked for where the resource says first', async () => {
    const loopback = await start({ instances: only('sa-east-1'), permissionSets: some });
    expect((await observe('sa-east-1')).region).toBe('sa-east-1');
    expect(regionsAsked(loopback)).toEqual(['sa-east-1']);
  });

  it('is found in use although the resource names a wrong region', async () => {
    await start({
      instances: only('eu-west-2'),
      permissionSets: () => ({ body: { PermissionSets: ['a'] } }),
    });
    expect(await observe('us-west-2')).toMatchObject({ use: 'InUse', region: 'eu-west-2' });
  });

  it('is idle when no region has an instance, each asked once', async () => {
    const loopback = await start({ instances: none });
    expect(await observe()).toEqual({ use: 'Idle' });
    const asked = regionsAsked(loopback);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(30);
  });

  it('does not count an instance of another account', async () => {
    const other = { ...instance, OwnerAccountId: '222222222222' };
    await start({ instances: only('eu-west-1', other), permissionSets: some });
    expect(await observe()).toEqual({ use: 'Idle' });
  });

  it.each(['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'])('is in use also when it is in %s', async (Status) => {
    await start({ instances: only('eu-west-1', { ...instance, Status }), permissionSets: some });
    expect(await observe()).toMatchObject({ use: 'InUse', permissionSets: 1 });
  });

  it('asks for what the list of instances leaves out', async () => {
    await start({
      instances: only('eu-west-1', { InstanceArn: arn }),
      described: { body: instance },
    });
    expect(await observe()).toMatchObject({ instanceArn: arn });
  });

  it('takes a region that is not enabled for one without an instance', async () => {
    await start({
      instances: (region) =>
        region === 'me-south-1' || region === 'ap-east-1' ? { error: 'UnrecognizedClientException' } : none(),
    });
    expect(await observe()).toEqual({ use: 'Idle' });
  });

  it('is not idle when tokens that work in few regions only were refused elsewhere', async () => {
    await start({
      sessionToken: 'FwoGZXIvYXdzEBY',
      instances: (region) => (region === 'me-south-1' ? { error: 'UnrecognizedClientException' } : none()),
    });
    expect(await refusal(observe())).toMatchObject({ kind: 'denied', action: 'sso:ListInstances' });
  });

  it('is not idle while a region could not be read', async () => {
    await start({
      instances: (region) => (region === 'eu-west-3' ? { error: 'ValidationException' } : none()),
    });
    const error = await refusal(observe());
    expect(error).toBeInstanceOf(CloudError);
    expect(error).toMatchObject({ kind: 'blocked', action: 'sso:ListInstances' });
  });

  it('is not idle in a partition of unknown regions, unless an instance is found', async () => {
    let sets = none;
    await start({ instances: only('moon-base-1'), permissionSets: () => sets() });
    const { signal } = new AbortController();
    expect(await refusal(observe(undefined, signal, 'aws-moon'))).toMatchObject({ kind: 'blocked' });
    expect(await refusal(observe('moon-base-1', signal, 'aws-moon'))).toMatchObject({ kind: 'blocked' });
    sets = some;
    expect(await observe('moon-base-1', signal, 'aws-moon')).toMatchObject({
      use: 'InUse',
      instanceArn: arn,
    });
  });

  it.each([
    ['in use', some, { use: 'InUse', region: 'us-west-2' }],
    ['not idle', none, undefined],
  ])('is %s although another region refuses', async (_what, permissionSets, expected) => {
    await start({
      instances: (region) =>
        region === 'eu-west-1' ? { error: 'AccessDeniedException' } : only('us-west-2')(region),
      permissionSets,
    });
    if (expected) expect(await observe()).toMatchObject(expected);
    else expect(String(await refusal(observe()))).toContain('(in eu-west-1)');
  });

  it('names the missing permission and does not ask everywhere', async () => {
    const loopback = await start({ instances: () => ({ error: 'AccessDeniedException' }) });
    expect(await refusal(observe())).toMatchObject({
      kind: 'denied',
      reason: 'AccessDenied',
      action: 'sso:ListInstances',
    });
    expect(loopback.received.length).toBeLessThan(15);
  });

  it('names the missing permission when it is in use but unreadable', async () => {
    await start({ instances: only('eu-west-1'), permissionSets: () => ({ error: 'AccessDeniedException' }) });
    expect(await refusal(observe())).toMatchObject({ kind: 'denied', action: 'sso:ListPermissionSets' });
  });

  it('reads a region that only the account knows, over all pages of its list', async () => {
    const loopback = await start({
      instances: only('eu-north-9'),
      permissionSets: some,
      regions: ({ input }) =>
        input['NextToken'] === undefined
          ? { body: { Regions: [], NextToken: 'n' } }
          : listed({ 'eu-north-9': 'ENABLED' })(),
    });
    expect(await observe()).toMatchObject({ use: 'InUse', region: 'eu-north-9' });
    expect(regionsAsked(loopback)).toContain('eu-north-9');
  });

  it.each(['ENABLED', 'ENABLED_BY_DEFAULT', 'ENABLING', 'DISABLING', 'A_STATUS_OF_TOMORROW'])(
    'is not idle while a region that only the account knows, %s, cannot be read',
    async (status) => {
      await start({
        instances: (region) => (region === 'eu-north-9' ? { error: 'ValidationException' } : none()),
        regions: listed({ 'eu-north-9': status }),
      });
      expect(String(await refusal(observe()))).toContain('(in eu-north-9)');
    },
  );

  it('reads no region that the account lists as disabled, and each other one that this version knows', async () => {
    const loopback = await start({
      instances: none,
      regions: listed({
        'me-south-1': 'DISABLED',
        'eu-north-9': 'DISABLED',
        'us-east-1': 'ENABLED_BY_DEFAULT',
      }),
    });
    expect(await observe()).toEqual({ use: 'Idle' });
    const asked = regionsAsked(loopback);
    expect(asked).not.toContain('me-south-1');
    expect(asked).not.toContain('eu-north-9');
    expect(asked).toEqual(expect.arrayContaining(['us-east-1', 'eu-south-1', 'ap-southeast-7']));
  });

  it.each(['me-south-1', 'ap-east-1'])(
    'is not idle when %s, which the account lists as enabled, refuses its tokens',
    async (region) => {
      await start({
        instances: (here) => (here === region ? { error: 'UnrecognizedClientException' } : none()),
        regions: listed({ [region]: 'ENABLED' }),
      });
      expect(await refusal(observe())).toMatchObject({ action: 'sso:ListInstances' });
      expect(await refusal(observe(region))).toMatchObject({ action: 'sso:ListInstances' });
    },
  );

  it('still reads a region that the account listed before its list was forbidden', async () => {
    let permitted = true;
    const loopback = await start({
      instances: none,
      regions: () =>
        permitted ? listed({ 'eu-north-9': 'ENABLED' })() : { error: 'AccessDeniedException', status: 403 },
    });
    await observe();
    permitted = false;
    const before = loopback.received.length;
    expect(await observe()).toEqual({ use: 'Idle' });
    const since = loopback.received.slice(before).map(regionOf);
    expect(since).toContain('eu-north-9');
  });

  it('is not idle while the list of regions fails otherwise than by a missing permission', async () => {
    await start({ instances: none, regions: () => ({ error: 'ValidationException' }) });
    expect(await refusal(observe())).toMatchObject({ kind: 'blocked', action: 'account:ListRegions' });
  });

  it('is found in use although the list of regions fails', async () => {
    await start({
      instances: only('us-west-2'),
      permissionSets: some,
      regions: () => ({ error: 'ValidationException' }),
    });
    expect(await observe()).toMatchObject({ use: 'InUse', region: 'us-west-2' });
  });

  it('is found in use in the first region without the list of regions', async () => {
    const loopback = await start({ instances: only('eu-west-1'), permissionSets: some });
    await observe();
    expect(loopback.operations()).not.toContain('ListRegions');
  });

  it('search ends when it is aborted', async () => {
    const controller = new AbortController();
    const loopback = await start({ instances: (region) => (region === 'us-east-1' ? 'hang' : none()) });
    const observing = refusal(observe(undefined, controller.signal));
    await vi.waitFor(() => expect(loopback.received.length).toBeGreaterThan(5));
    const reason = new Error('lease lost');
    controller.abort(reason);
    expect(await observing).toBe(reason);
  });

  it('is searched once for all who ask', async () => {
    const loopback = await start({ instances: only('eu-west-1'), permissionSets: some });
    await Promise.all(Array.from({ length: 100 }, () => observe()));
    expect(
      loopback.operations().filter((operation) => operation === 'ListInstances').length,
    ).toBeLessThanOrEqual(2);
  });
});

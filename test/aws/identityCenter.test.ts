import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsCloud, createCloud } from '../../src/aws/cloud.ts';
import { CloudError, type Organization } from '../../src/controller/ports.ts';
import { realClock } from './clocks.ts';
import { type Heard, isolateFromMachine, type Loopback, type Reply, startLoopback } from './loopback.ts';

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
function regionOf({ authorization }: Heard): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\/sso\//.exec(authorization)?.[1] ?? '';
}

interface World {
  readonly instances: (region: string) => Reply;
  readonly permissionSets?: (heard: Heard) => Reply;
  readonly described?: Reply;
  readonly sessionToken?: string;
}

async function start(world: World): Promise<Loopback> {
  server = await startLoopback({
    ListInstances: (heard) => world.instances(regionOf(heard)),
    DescribeInstance: () => world.described ?? { error: 'ResourceNotFoundException' },
    ListPermissionSets: (heard) => world.permissionSets?.(heard) ?? { body: { PermissionSets: [] } },
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

function look(region?: string, signal = new AbortController().signal, partition = 'aws') {
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
const none = (): Reply => ({ body: { Instances: [] } });
const regionsAsked = (loopback: Loopback) =>
  loopback.heard.filter(({ operation }) => operation === 'ListInstances').map(regionOf);

describe('Identity Center', () => {
  it('is in use when it has permission sets, counted over all pages', async () => {
    await start({
      instances: only('eu-central-1'),
      permissionSets: ({ input }) =>
        input['NextToken'] === undefined
          ? { body: { PermissionSets: ['a', 'b'], NextToken: 'n' } }
          : { body: { PermissionSets: ['c'] } },
    });
    expect(await look()).toEqual({
      use: 'InUse',
      instanceArn: arn,
      region: 'eu-central-1',
      permissionSets: 3,
    });
  });

  it('is idle with an instance that has no permission sets', async () => {
    await start({ instances: only('eu-west-1') });
    expect(await look()).toEqual({ use: 'Idle', instanceArn: arn, region: 'eu-west-1', permissionSets: 0 });
  });

  it('is looked for where the operator runs first, and found again without a search', async () => {
    const loopback = await start({ instances: only('eu-west-1') });
    await look();
    await look();
    expect(regionsAsked(loopback)).toEqual(['eu-west-1', 'eu-west-1']);
  });

  it('is found again at once where it was found by a search', async () => {
    const loopback = await start({ instances: only('ap-southeast-4') });
    expect((await look()).region).toBe('ap-southeast-4');
    const searched = regionsAsked(loopback).length;
    await look();
    expect(regionsAsked(loopback).slice(searched)).toEqual(['ap-southeast-4']);
  });

  it('is looked for where the resource says first', async () => {
    const loopback = await start({ instances: only('sa-east-1') });
    expect((await look('sa-east-1')).region).toBe('sa-east-1');
    expect(regionsAsked(loopback)).toEqual(['sa-east-1']);
  });

  it('in use is found although the resource names a wrong region', async () => {
    await start({
      instances: only('eu-west-2'),
      permissionSets: () => ({ body: { PermissionSets: ['a'] } }),
    });
    expect(await look('us-west-2')).toMatchObject({ use: 'InUse', region: 'eu-west-2' });
  });

  it('is idle when no region has an instance, each asked once', async () => {
    const loopback = await start({ instances: none });
    expect(await look()).toEqual({ use: 'Idle' });
    const asked = regionsAsked(loopback);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(30);
  });

  it.each([
    ['of another account', { ...instance, OwnerAccountId: '222222222222' }],
    ['that is being deleted', { ...instance, Status: 'DELETE_IN_PROGRESS' }],
  ])('does not count an instance %s', async (_, other) => {
    await start({ instances: only('eu-west-1', other) });
    expect(await look()).toEqual({ use: 'Idle' });
  });

  it('asks for what the list of instances leaves out', async () => {
    await start({
      instances: only('eu-west-1', { InstanceArn: arn }),
      described: { body: instance },
    });
    expect(await look()).toMatchObject({ instanceArn: arn });
  });

  it('takes a region that is not enabled for one without an instance', async () => {
    await start({
      instances: (region) =>
        region === 'me-south-1' || region === 'ap-east-1' ? { error: 'UnrecognizedClientException' } : none(),
    });
    expect(await look()).toEqual({ use: 'Idle' });
  });

  it('is not idle when tokens that work in few regions only were refused elsewhere', async () => {
    await start({
      sessionToken: 'FwoGZXIvYXdzEBY',
      instances: (region) => (region === 'me-south-1' ? { error: 'UnrecognizedClientException' } : none()),
    });
    expect(await refusal(look())).toMatchObject({ kind: 'denied', action: 'sso:ListInstances' });
  });

  it('is not idle while a region could not be read', async () => {
    await start({
      instances: (region) => (region === 'eu-west-3' ? { error: 'ValidationException' } : none()),
    });
    const error = await refusal(look());
    expect(error).toBeInstanceOf(CloudError);
    expect(error).toMatchObject({ kind: 'blocked', action: 'sso:ListInstances' });
  });

  it('is not idle in a partition whose regions nobody knows, unless it is found there', async () => {
    await start({ instances: only('moon-base-1') });
    const { signal } = new AbortController();
    expect(await refusal(look(undefined, signal, 'aws-moon'))).toMatchObject({ kind: 'blocked' });
    expect(await look('moon-base-1', signal, 'aws-moon')).toMatchObject({ use: 'Idle', instanceArn: arn });
  });

  it('is found although another region refuses', async () => {
    await start({
      instances: (region) =>
        region === 'eu-west-1' ? { error: 'AccessDeniedException' } : only('us-west-2')(region),
    });
    expect(await look()).toMatchObject({ region: 'us-west-2' });
  });

  it('names the missing permission and does not ask everywhere', async () => {
    const loopback = await start({ instances: () => ({ error: 'AccessDeniedException' }) });
    expect(await refusal(look())).toMatchObject({
      kind: 'denied',
      reason: 'AccessDenied',
      action: 'sso:ListInstances',
    });
    expect(loopback.heard.length).toBeLessThan(15);
  });

  it('in use but unreadable names the permission that counts permission sets', async () => {
    await start({ instances: only('eu-west-1'), permissionSets: () => ({ error: 'AccessDeniedException' }) });
    expect(await refusal(look())).toMatchObject({ kind: 'denied', action: 'sso:ListPermissionSets' });
  });

  it('search ends when it is aborted', async () => {
    const controller = new AbortController();
    const loopback = await start({ instances: (region) => (region === 'us-east-1' ? 'hang' : none()) });
    const looking = refusal(look(undefined, controller.signal));
    await vi.waitFor(() => expect(loopback.heard.length).toBeGreaterThan(5));
    const reason = new Error('lease lost');
    controller.abort(reason);
    expect(await looking).toBe(reason);
  });

  it('is searched once for all who ask', async () => {
    const loopback = await start({ instances: only('eu-west-1') });
    await Promise.all(Array.from({ length: 100 }, () => look()));
    expect(
      loopback.operations().filter((operation) => operation === 'ListInstances').length,
    ).toBeLessThanOrEqual(2);
  });
});

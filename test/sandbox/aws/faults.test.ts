import {
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  ListAWSServiceAccessForOrganizationCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concurrentModification } from '../../../sandbox/aws/organizations/errors.ts';
import { issueKeys } from '../../../sandbox/aws/seed.ts';
import { type Founded, found, sso, trusted } from './seeded.ts';

const enable = new EnableAWSServiceAccessCommand({ ServicePrincipal: sso });
const list = new ListAWSServiceAccessForOrganizationCommand({});

let founded: Founded;
let endpoint: string;
let keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

beforeEach(async () => {
  founded = found();
  endpoint = await founded.aws.start();
  keys = issueKeys(founded.aws.world, founded.owner);
});
afterEach(() => founded.aws.stop());

const client = (credentials = keys, maxAttempts = 1) =>
  new OrganizationsClient({ endpoint, region: 'us-east-1', credentials, maxAttempts });

describe('faults by script', () => {
  const { signal } = new AbortController();

  it('hit the second and third call of an operation and no other', async () => {
    const error = concurrentModification();
    founded.aws.settings.throttles = 'off';
    founded.aws.faults.add({
      operation: 'EnableAWSServiceAccess',
      from: 2,
      times: 2,
      effect: { kind: 'Error', error },
    });
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      await client().send(list);
      const name = await client()
        .send(enable)
        .then(
          () => 'fine',
          (refusal: Error) => refusal.name,
        );
      seen.push(name);
    }
    expect(seen).toEqual([
      'fine',
      'ConcurrentModificationException',
      'ConcurrentModificationException',
      'fine',
    ]);
  });
  it('hit one caller only, and can be taken back', async () => {
    const effect = { kind: 'Error', error: concurrentModification() } as const;
    const takeBack = founded.aws.faults.add({ caller: 'arn:aws:iam::1:user/other', effect });
    founded.aws.faults.add({ caller: founded.owner.arn, operation: 'DescribeOrganization', effect });
    await client().send(list);
    takeBack();
    await expect(client().send(new DescribeOrganizationCommand({}))).rejects.toThrow();
    founded.aws.faults.clear();
    await client().send(new DescribeOrganizationCommand({}));
  });
  it('reset: the connection breaks and nothing was done', async () => {
    founded.aws.faults.add({ operation: 'EnableAWSServiceAccess', times: 1, effect: { kind: 'Reset' } });
    await expect(client().send(enable)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(trusted(founded)).toEqual([]);
    expect(founded.aws.journal.writes()).toMatchObject([{ result: { kind: 'Lost', applied: false } }]);
  });
  it('response lost: the connection breaks and it was done', async () => {
    founded.aws.faults.add({
      operation: 'EnableAWSServiceAccess',
      times: 1,
      effect: { kind: 'ResponseLost' },
    });
    await expect(client().send(enable)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(trusted(founded)).toEqual([sso]);
    expect(founded.aws.journal.writes()[0]).toMatchObject({ result: { kind: 'Lost', applied: true } });
  });
  it('hang: no answer until the caller gives up, and nothing was done', async () => {
    founded.aws.faults.add({ operation: 'EnableAWSServiceAccess', effect: { kind: 'Hang' } });
    const patience = new AbortController();
    const call = client().send(enable, { abortSignal: patience.signal });
    call.catch(() => {});
    while (founded.aws.journal.writes().length === 0) await tick();
    patience.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(trusted(founded)).toEqual([]);
  });
  it('latency: AWS begins when the clock says so', async () => {
    founded.aws.faults.add({ effect: { kind: 'Latency', milliseconds: 1500 } });
    const call = founded.aws.send(
      { service: 'organizations', operation: 'DescribeOrganization', caller: founded.owner },
      signal,
    );
    founded.clock.advance(1499);
    await tick();
    expect(founded.aws.journal.entries()).toEqual([]);
    founded.clock.advance(1);
    expect(await call).toMatchObject({ ok: true });
  });
  it('a caller that gives up while waiting does nothing', async () => {
    founded.aws.faults.add({ effect: { kind: 'Latency', milliseconds: 1500 } });
    const patience = new AbortController();
    const call = founded.aws.send(
      { service: 'organizations', operation: 'EnableAWSServiceAccess', caller: founded.owner },
      patience.signal,
    );
    patience.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(founded.aws.journal.entries()).toEqual([]);
  });
});

/** Lets what is under way go on; polling of a real socket, bounded by the test's own time-out. */
const tick = () => new Promise((resolve) => setImmediate(resolve));

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allowEverything, type Statement } from '../../sandbox/aws/identity.ts';
import { tooManyRequests } from '../../sandbox/aws/organizations/errors.ts';
import { setAccountState } from '../../sandbox/aws/seed.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import type { Binary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually, throughout } from '../harness/eventually.ts';
import {
  type Aws,
  first,
  management,
  manifest,
  openAws,
  second,
  show,
  standsAt,
  startOperator,
} from './fixture.ts';

const administeredBy = (accountId: string) => manifest({ spec: `delegatedAdministrators: ["${accountId}"]` });
const readOnly: readonly Statement[] = [
  { actions: ['organizations:List*', 'organizations:Describe*', 'sts:*', 'sso:*', 'iam:*'] },
];

describe('when something is wrong', () => {
  let cluster: OwnCluster;
  const open: { aws: Aws; operator: Binary }[] = [];

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
  });
  afterEach(async () => {
    for (const { aws, operator } of open.splice(0)) {
      await operator.stop();
      await aws[Symbol.asyncDispose]();
    }
    await cluster.kubectl(['delete', 'ta', '--all', '--ignore-not-found']);
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  async function start({ statements = allowEverything, args = [] as readonly string[] } = {}) {
    const aws = await openAws(statements);
    const operator = await startOperator(cluster, aws, args);
    open.push({ aws, operator });
    return { aws, operator };
  }

  it('says in one line that the CRD is of another version, and works as soon as it is replaced', async () => {
    await cluster.apply(crdYaml().replaceAll('v1alpha1', 'v9'));
    const { operator, aws } = await start();
    await operator.waitForLine(({ msg }) => String(msg).includes('trusted-access crd | kubectl apply'));
    await cluster.kubectl(['delete', 'crd', 'trustedaccesses.trustedaccess.dev']);
    await cluster.apply(crdYaml());
    await eventually(() => cluster.apply(administeredBy(first)));
    await standsAt(cluster, 'InSync', { timeoutMs: 60_000 });
    expect(aws.administrators()).toEqual([first]);
    const said = operator.lines().filter((line) => JSON.stringify(line).includes('trusted-access crd'));
    expect(said).toHaveLength(1);
  });

  it('names the missing permission of a role that may only read, and changes nothing', async () => {
    const { aws } = await start({ statements: readOnly });
    await cluster.apply(administeredBy(first));
    const { status } = await standsAt(cluster, 'AccessDenied');
    const ready = status?.conditions.find(({ type }) => type === 'Ready');
    expect(ready?.message).toContain('organizations:EnableAWSServiceAccess is not permitted');
    expect(aws.isEnabled()).toBe(false);
  });

  it('leaves the administrator alone when the new account does not exist', async () => {
    const { aws } = await start();
    await cluster.apply(administeredBy(first));
    await standsAt(cluster, 'InSync');
    await cluster.apply(administeredBy('999999999999'));
    await standsAt(cluster, 'AccountNotFound');
    expect(aws.administrators()).toEqual([first]);
  });

  it('leaves the administrator alone when the new account is suspended, and swaps once it is active again', async () => {
    const { aws } = await start();
    await cluster.apply(administeredBy(first));
    await standsAt(cluster, 'InSync');
    setAccountState(aws.aws.world, second, 'SUSPENDED');
    await cluster.apply(administeredBy(second));
    await standsAt(cluster, 'AccountNotActive');
    expect(aws.administrators()).toEqual([first]);
    setAccountState(aws.aws.world, second, 'ACTIVE');
    await cluster.kubectl(['annotate', 'ta/sso', 'reconcile.fluxcd.io/requestedAt=again']);
    await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([second]);
  });

  it('refuses the management account as administrator without asking AWS for it [F-A5c]', async () => {
    const { aws } = await start();
    await cluster.apply(administeredBy(management));
    await standsAt(cluster, 'ManagementAccountNotAllowed');
    expect(aws.writes()).not.toContain('RegisterDelegatedAdministrator');
  });

  it('goes on when throttling ends, and never calls the resource not ready for it', async () => {
    const { aws, operator } = await start();
    await cluster.apply(administeredBy(first));
    await standsAt(cluster, 'InSync');
    const over = aws.aws.faults.add({
      service: 'organizations',
      effect: { kind: 'Error', error: tooManyRequests() },
    });
    await cluster.kubectl(['annotate', 'ta/sso', 'reconcile.fluxcd.io/requestedAt=throttled']);
    await operator.waitForLine(({ reason }) => reason === 'Throttled');
    const ready = (await show(cluster)).status?.conditions.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'True' });
    over();
    await eventually(async () =>
      expect((await show(cluster)).status).toMatchObject({ lastHandledReconcileAt: 'throttled' }),
    );
  });

  it('follows a change after the API server was restarted and its history compacted', async () => {
    const { aws } = await start();
    await cluster.apply(administeredBy(first));
    await standsAt(cluster, 'InSync');
    await cluster.compact();
    await cluster.restart();
    await eventually(() => cluster.apply(administeredBy(second)));
    await standsAt(cluster, 'InSync', { timeoutMs: 60_000 });
    expect(aws.administrators()).toEqual([second]);
  });

  it('says again what is so when another user wrote over the status', async () => {
    await start();
    await cluster.apply(administeredBy(first));
    const { status } = await standsAt(cluster, 'InSync');
    const wrong = JSON.stringify({ status: { access: { state: 'Disabled' }, conditions: [] } });
    await cluster.kubectl(['patch', 'ta/sso', '--subresource=status', '--type=merge', '-p', wrong]);
    expect((await show(cluster)).status?.conditions).toEqual([]);
    await cluster.kubectl(['annotate', 'ta/sso', 'note=looked-at']);
    await eventually(async () => expect((await show(cluster)).status).toEqual(status));
  });

  it('writes nothing any more once its lease is lost, and works on when it has it again', async () => {
    const args = ['--leader-elect=true', '--leader-election-namespace=default'];
    const { aws, operator } = await start({ args });
    await cluster.apply(administeredBy(first));
    await standsAt(cluster, 'InSync');
    await takeLease('somebody-else', 4);
    await operator.waitForLine(({ msg }) => String(msg).includes('stopping every write'));
    const before = aws.writes().length;
    aws.outsider('DeregisterDelegatedAdministrator', { AccountId: first });
    await cluster.kubectl(['annotate', 'ta/sso', 'reconcile.fluxcd.io/requestedAt=lost']);
    await throughout(() => expect(aws.writes()).toHaveLength(before), { forMs: 2_000 });
    await eventually(() => expect(aws.administrators()).toEqual([first]));
  });

  async function takeLease(holderIdentity: string, leaseDurationSeconds: number): Promise<void> {
    const now = new Date().toISOString().replace('Z', '000Z');
    const spec = { holderIdentity, leaseDurationSeconds, acquireTime: now, renewTime: now };
    const patch = JSON.stringify({ spec });
    const taken = await cluster.kubectl([
      'patch',
      'lease',
      'trusted-access-operator',
      '--type=merge',
      '-p',
      patch,
    ]);
    expect(taken.stderr).toBe('');
  }
});

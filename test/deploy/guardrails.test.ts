import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { first, openAws, second, standsAt } from '../cluster/fixture.ts';
import type { Binary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { kubectl } from '../harness/kubectl.ts';
import { resource } from './admission.ts';
import { install, startPod } from './install.ts';

const users = [
  { name: 'alice', groups: ['system:masters'] },
  { name: 'bob', groups: ['system:masters'] },
];
const rules = [{ servicePrincipals: ['sso.amazonaws.com'], administrators: [first, second] }];
const foreign = '999999999999';

let cluster: OwnCluster;
let aws: Awaited<ReturnType<typeof openAws>>;
let pod: Binary;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver({ users });
  aws = await openAws();
});
afterAll(async () => {
  await pod?.stop();
  await aws?.[Symbol.asyncDispose]();
  await cluster?.stop();
});

const as = async (user: string, args: readonly string[], stdin = '') =>
  kubectl(args, { kubeconfig: await cluster.userKubeconfig(user), stdin });
const declare = (user: string, administrator: string) =>
  as(user, ['apply', '-f', '-'], resource('sso', { delegatedAdministrators: [administrator] }));
const annotate = (user: string, annotation: string) =>
  as(user, ['annotate', 'trustedaccess', 'sso', '--overwrite', annotation]);

describe('the operator of the chart, with a policy and approvals', () => {
  it('changes nothing for a foreign account when there is no admission policy', async () => {
    const policy = { rules, approval: { required: ['Swap'] } };
    const bypassed = { policy, admissionPolicy: { enabled: false } };
    const installed = await install(cluster, 'trusted-access-operator', bypassed);
    pod = await startPod(installed, 'operator-0', aws.environment);
    await eventually(async () => expect((await declare('alice', foreign)).code).toBe(0));
    const { status } = await standsAt(cluster, 'NotPermitted');
    expect(JSON.stringify(status?.conditions)).toContain(foreign);
    expect(aws.writes()).toEqual([]);
  });

  it('works behind the admission policy, which lets it write the status', async () => {
    await install(cluster, 'trusted-access-operator', {
      policy: { rules, approval: { required: ['Swap'] } },
    });
    await eventually(async () =>
      expect((await declare('alice', '888888888888')).stderr).toContain('888888888888 is not permitted'),
    );
    expect((await declare('alice', first)).stderr).toBe('');
    await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([first]);
  });

  it('swaps the administrator only after a second user has approved', async () => {
    expect((await declare('alice', second)).stderr).toBe('');
    const { metadata } = await standsAt(cluster, 'AwaitingApproval');
    const approval = `trustedaccess.dev/approved=${metadata.generation}`;
    expect((await annotate('alice', approval)).stderr).toContain('cannot approve it');
    expect(aws.administrators()).toEqual([first]);
    expect((await annotate('bob', approval)).stderr).toBe('');
    await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([second]);
  });
});

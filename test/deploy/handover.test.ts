import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { first, manifest, openAws, show, standsAt } from '../cluster/fixture.ts';
import type { Binary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { namespace } from './chart.ts';
import { type Installed, install, startPod } from './install.ts';

/** Seconds after which a lease that nobody renews is free, and between two looks of who stands by, at most. */
const leaseDuration = 15;
const retry = 2 * 2.2;

let cluster: OwnCluster;
let installed: Installed;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
  installed = await install(cluster);
});
afterAll(() => cluster?.stop());

const reconciling = ({ msg }: { readonly msg?: unknown }) => msg === 'reconciling';
const standingBy = ({ msg }: { readonly msg?: unknown }) => String(msg).includes('standing by');

async function holder(): Promise<string> {
  const path = '-o=jsonpath={.spec.holderIdentity}';
  const { stdout } = await cluster.kubectl([
    'get',
    'lease',
    'trusted-access-operator',
    '-n',
    namespace,
    path,
  ]);
  return stdout;
}

describe('two replicas with the settings of the chart', () => {
  it('the second replica continues within the time of the lease when the leader is killed', async () => {
    await using aws = await openAws();
    await using leader = await startPod(installed, 'operator-0', aws.environment);
    await leader.waitForLine(reconciling);
    await using other = await startPod(installed, 'operator-1', aws.environment);
    await other.waitForLine(standingBy);
    await cluster.apply(manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
    const before = await standsAt(cluster, 'InSync');
    expect(aws.writes()).toEqual(['EnableAWSServiceAccess', 'RegisterDelegatedAdministrator']);
    expect(await holder()).toMatch(/^operator-0_/);

    leader.signal('SIGKILL');
    await leader.exited;
    const killed = performance.now();
    aws.outsider('DeregisterDelegatedAdministrator', { AccountId: first });
    await other.waitForLine(reconciling, { timeoutMs: (leaseDuration + retry + 5) * 1_000 });
    const seconds = (performance.now() - killed) / 1_000;
    expect(seconds).toBeLessThan(leaseDuration + retry + 1);
    expect(await holder()).toMatch(/^operator-1_/);

    await eventually(() => expect(aws.administrators()).toEqual([first]));
    const after = await eventually(async () => {
      const shown = await show(cluster);
      expect(shown.status?.lastDrift).toMatchObject({ kind: 'AdministratorRemoved' });
      expect(shown.status?.lastDrift?.['correctedAt']).toBeDefined();
      return shown;
    });
    expect(aws.writes()).toEqual([
      'EnableAWSServiceAccess',
      'RegisterDelegatedAdministrator',
      'RegisterDelegatedAdministrator',
    ]);
    const condition = (shown: typeof after, type: string) =>
      shown.status?.conditions.find((each) => each.type === type);
    expect(condition(after, 'AccessEnabled')).toEqual(condition(before, 'AccessEnabled'));
    await cluster.kubectl(['delete', 'ta', 'sso']);
  });

  it('the stopping replica releases the lease at once in a rollout', async () => {
    await using aws = await openAws();
    const pods: Binary[] = [await startPod(installed, 'operator-2', aws.environment)];
    const [old] = pods;
    await old?.waitForLine(reconciling);
    await using next = await startPod(installed, 'operator-3', aws.environment);
    await next.waitForLine(standingBy);
    await cluster.apply(manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
    const reported = performance.now();
    expect(await old?.stop(30_000)).toEqual({ code: 0, signal: null });
    await next.waitForLine(reconciling);
    expect((performance.now() - reported) / 1_000).toBeLessThan(retry + 3);
    await standsAt(cluster, 'InSync');
    expect(aws.writes()).toEqual(['EnableAWSServiceAccess', 'RegisterDelegatedAdministrator']);
  });
});

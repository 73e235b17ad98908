import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import { type Binary, runBinary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/freePorts.ts';
import { type Aws, first, manifest, openAws, second, standsAt } from './fixture.ts';

/** One operator through it all: each test begins where the one before it ended. */
describe('the parts of a real API server fail under a leader', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let operator: Binary;
  let probes: string;
  let declared: string = first;

  beforeAll(async () => {
    [cluster, aws] = await Promise.all([startEtcdAndApiserver(), openAws()]);
    aws.aws.settings.throttles = 'off';
    await cluster.apply(crdYaml());
    await eventually(() => cluster.apply(manifest({ spec: `delegatedAdministrators: ["${first}"]` })));
    probes = `127.0.0.1:${await freePort()}`;
    const leads = ['--leader-elect=true', '--leader-election-namespace=default'];
    operator = await runBinary(
      ['run', '--metrics-bind-address=0', `--health-probe-bind-address=${probes}`, ...leads],
      { KUBECONFIG: cluster.kubeconfig, ...aws.environment },
    );
    await standsAt(cluster, 'InSync');
  });
  afterAll(async () => {
    await operator?.stop();
    await aws?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  const isHealthy = async () => (await fetch(`http://${probes}/healthz`)).status === 200;

  async function frozen(part: 'apiserver' | 'etcd'): Promise<void> {
    cluster.parts[part].signal('SIGSTOP');
    await sleep(4_000);
    cluster.parts[part].signal('SIGCONT');
  }

  async function killed(part: 'apiserver' | 'etcd'): Promise<void> {
    cluster.parts[part].signal('SIGKILL');
    await sleep(500);
    await cluster.parts[part].start();
  }

  async function killedBoth(): Promise<void> {
    cluster.parts.apiserver.signal('SIGKILL');
    cluster.parts.etcd.signal('SIGKILL');
    await cluster.parts.etcd.start();
    await cluster.compact();
    await cluster.parts.apiserver.start();
  }

  it.each([
    ['etcd does not answer for a while', () => frozen('etcd')],
    ['the API server does not answer for a while', () => frozen('apiserver')],
    ['etcd is killed and started again', () => killed('etcd')],
    ['the API server is killed and started again', () => killed('apiserver')],
    ['both are killed, and the history is compacted', killedBoth],
  ] as const)(
    '%s: nothing is written, it stays healthy, and follows the next change',
    async (_, fail) => {
      const before = { writes: aws.writes().length, lines: operator.lines().length };
      await fail();
      expect(await isHealthy()).toBe(true);
      expect(aws.writes()).toHaveLength(before.writes);
      declared = declared === first ? second : first;
      const wanted = manifest({ spec: `delegatedAdministrators: ["${declared}"]` });
      await eventually(() => cluster.apply(wanted), { timeoutMs: 60_000 });
      await eventually(() => expect(aws.administrators()).toEqual([declared]), { timeoutMs: 90_000 });
      await standsAt(cluster, 'InSync', { timeoutMs: 60_000 });
      const written = aws.writes().slice(before.writes);
      expect(written.filter((operation) => !/^(Deregister|Register)/.test(operation))).toEqual([]);
      expect(operator.lines().length - before.lines).toBeLessThan(40);
      expect(await isHealthy()).toBe(true);
    },
    180_000,
  );

  it('the same process then ends with 0 when it is asked to stop', async () => {
    operator.signal('SIGTERM');
    expect(await operator.exited).toMatchObject({ code: 0 });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../sandbox/aws/random.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import { atMoment, type Stirs, someMoment } from '../faults/killed/moment.ts';
import type { Binary } from '../harness/binary.ts';
import { effort } from '../harness/effort.ts';
import { type FaultProxy, startFaultProxy } from '../harness/faultProxy.ts';
import { writeKubeconfig } from '../harness/kubeconfig.ts';
import { sharedCluster } from '../harness/shared.ts';
import { type Aws, manifest, members, openAws, show, standsAt, startOperator } from './fixture.ts';

/** How often a process is killed; SEED gives other moments. */
const rounds = effort('CLUSTER_ROUNDS', 6, 200);
const seed = Number(process.env['SEED'] ?? 1);

describe('an operator on a real kube-apiserver that is killed at any moment of a swap', () => {
  const cluster = sharedCluster();
  const random = seededRandom(seed);
  const name = 'killed';
  let aws: Aws;
  let proxy: FaultProxy;
  let kubeconfig: string;
  let operator: Binary;

  beforeAll(async () => {
    await cluster.apply(crdYaml());
    aws = await openAws();
    aws.aws.settings.throttles = 'off';
    const { url, certificateAuthority, adminToken, folder } = cluster;
    const headers = { authorization: `Bearer ${adminToken}` };
    proxy = await startFaultProxy({ url, certificateAuthority, headers });
    kubeconfig = await writeKubeconfig({ url: proxy.url, certificateAuthority, folder }, name, adminToken);
  });
  afterAll(async () => {
    await operator?.stop();
    await cluster.kubectl(['delete', 'ta', name, '--ignore-not-found']);
    await proxy?.[Symbol.asyncDispose]();
    await aws?.[Symbol.asyncDispose]();
  });

  const start = async () => {
    operator = await startOperator({ kubeconfig }, aws, [`--watch-label-selector=shard=${name}`]);
  };

  /** The moment in which a status is on its way to the API server. */
  const stirs: Stirs = (stir) => {
    proxy.troubled = ({ path }) => {
      if (path.includes('/status?')) stir();
      return undefined;
    };
    return () => {
      proxy.troubled = () => undefined;
    };
  };

  const declare = (administrator: string) =>
    cluster.apply(manifest({ name, shard: name, spec: `delegatedAdministrators: ["${administrator}"]` }));

  it('completes each swap when it is started again, and has the rollback record stored whenever no administrator is left', async () => {
    let gaps = 0;
    await declare(members[0]);
    await start();
    await standsAt(cluster, 'InSync', { name });
    for (let round = 1; round <= rounds; round += 1) {
      const moment = someMoment(random);
      const wanted = members[round % members.length] ?? members[0];
      const context = `SEED=${seed}, round ${round}: killed at ${moment.kind} ${moment.n}`;
      const dead = atMoment(moment, { aws: aws.aws, stirs }, () => operator.signal('SIGKILL'));
      await declare(wanted);
      await dead;
      await operator.exited;
      if (aws.administrators().length === 0) {
        gaps += 1;
        expect((await show(cluster, name)).status?.replacement, context).toBeDefined();
      }
      await start();
      await standsAt(cluster, 'InSync', { name, timeoutMs: 60_000, what: context });
      expect(aws.administrators(), context).toEqual([wanted]);
      expect((await show(cluster, name)).status).not.toHaveProperty('replacement');
    }
    expect(aws.writes().filter((operation) => !/^(Register|Deregister|Enable)/.test(operation))).toEqual([]);
    console.info(`SEED=${seed}: killed ${rounds} times, ${gaps} of them with nobody registered`);
  }, 3_600_000);
});

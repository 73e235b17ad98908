import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setAccountState } from '../../sandbox/aws/seed.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import type { Binary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import {
  type Aws,
  first,
  manifest,
  openAws,
  second,
  show,
  standsAt,
  startOperator,
  third,
} from './fixture.ts';

const administeredBy = (accountId: string) => manifest({ spec: `delegatedAdministrators: ["${accountId}"]` });

describe('a process that is killed between deregistering the old administrator and registering the new one', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let operator: Binary | undefined;

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  beforeEach(async () => {
    aws = await openAws();
    operator = await startOperator(cluster, aws);
    await cluster.apply(administeredBy(first));
    await standsAt(cluster, 'InSync');
    await killInTheGap();
  });
  afterEach(async () => {
    await operator?.stop();
    await cluster.kubectl(['delete', 'ta', 'sso', '--ignore-not-found']);
    await aws[Symbol.asyncDispose]();
  });

  /** The question before the swap is answered; the registration after the deregistration never is. */
  async function killInTheGap(): Promise<void> {
    aws.aws.faults.add({ operation: 'RegisterDelegatedAdministrator', from: 2, effect: { kind: 'Hang' } });
    await cluster.apply(administeredBy(second));
    await eventually(() => expect(aws.administrators()).toEqual([]));
    operator?.signal('SIGKILL');
    await operator?.exited;
    aws.aws.faults.clear();
    const { status } = await show(cluster);
    expect(status?.replacement).toMatchObject({ from: first, to: second });
  }

  it('completes the swap when it is started again [P-17]', async () => {
    operator = await startOperator(cluster, aws);
    const { status } = await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([second]);
    expect(status).not.toHaveProperty('replacement');
    expect(status).not.toHaveProperty('lastDrift');
  });

  it('puts the old one back when the new account is suspended meanwhile', async () => {
    setAccountState(aws.aws.world, second, 'SUSPENDED');
    operator = await startOperator(cluster, aws);
    await standsAt(cluster, 'AccountNotActive');
    expect(aws.administrators()).toEqual([first]);
  });

  it('follows a manifest that names a third account meanwhile', async () => {
    await cluster.apply(administeredBy(third));
    operator = await startOperator(cluster, aws);
    await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([third]);
  });

  it('puts the old one back when the manifest stops managing administrators meanwhile', async () => {
    await cluster.apply(manifest({ spec: 'access: Enabled' }));
    operator = await startOperator(cluster, aws);
    await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([first]);
  });
});

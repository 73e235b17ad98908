import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import { type Binary, runToEnd } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { type Aws, first, openAws, second, standsAt, startOperator } from './fixture.ts';

describe('import, plan and run on one cluster and one AWS', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let operator: Binary | undefined;
  const trusted = (args: readonly string[]) =>
    runToEnd(args, { ...aws.environment, KUBECONFIG: cluster.kubeconfig });

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    aws = await openAws();
    for (const ServicePrincipal of ['sso.amazonaws.com', 'ram.amazonaws.com', 'guardduty.amazonaws.com']) {
      aws.outsider('EnableAWSServiceAccess', { ServicePrincipal });
    }
    aws.outsider('RegisterDelegatedAdministrator', { AccountId: first });
  });
  afterAll(async () => {
    await operator?.stop();
    await aws?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  it('kubectl applies the imported manifests unchanged, and they are in sync before and after', async () => {
    const { stdout, code } = await trusted(['import', '--organization-guard']);
    expect(code).toBe(0);
    await cluster.apply(stdout);
    const planned = await trusted(['plan']);
    expect(planned.stdout).toContain('3 resources: 3 in sync, 0 with changes');
    expect(planned.code).toBe(0);
    operator = await startOperator(cluster, aws);
    for (const name of ['sso', 'ram', 'guardduty']) await standsAt(cluster, 'InSync', { name });
    expect(aws.writes()).toEqual([]);
  });

  it('a plan says what a patch is then seen to do', async () => {
    await operator?.stop();
    const spec = JSON.stringify({ spec: { delegatedAdministrators: [second] } });
    expect((await cluster.kubectl(['patch', 'ta', 'sso', '--type=merge', '-p', spec])).code).toBe(0);
    const planned = await trusted(['plan']);
    expect(planned.stdout).toContain(`~ replace the delegated administrator ${first}`);
    expect(planned.code).toBe(2);
    expect(aws.administrators()).toEqual([first]);
    operator = await startOperator(cluster, aws);
    await standsAt(cluster, 'InSync');
    expect(aws.administrators()).toEqual([second]);
    expect((await trusted(['plan'])).code).toBe(0);
  });
});

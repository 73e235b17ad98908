/** The chart with operator.logFormat=pretty, and a person's own terminal on the same cluster. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { first, manifest, openAws, standsAt } from '../cluster/fixture.ts';
import { cleanEnvironment, executable } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { ctrlC, openTerminal } from '../harness/terminal.ts';
import { install, startPod, variables } from './install.ts';

/** The time, the level, the message. */
const readable = /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: reconciling$/;

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
});
afterAll(() => cluster?.stop());

describe('The built executable that works on a cluster', () => {
  it('logs readable lines with the variables that the chart renders for operator.logFormat=pretty', async () => {
    const installed = await install(cluster, 'pretty', { operator: { logFormat: 'pretty' } });
    expect(variables(installed.deployment, 'pod')).toMatchObject({ TRUSTED_ACCESS_LOG_FORMAT: 'pretty' });
    await using aws = await openAws();
    await using pod = await startPod(installed, 'pretty-0', aws.environment);
    await pod.waitForLine(({ text }) => readable.test(String(text)));
    await cluster.apply(manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
    await standsAt(cluster, 'InSync');
    expect(await pod.stop(10_000)).toMatchObject({ code: 0 });
  });

  it('logs readable lines on a terminal and ends at Ctrl-C', async () => {
    await install(cluster, 'pretty', { replicas: 0 });
    await using aws = await openAws();
    const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
    const line = [process.execPath, executable, 'run', ...off].join(' ');
    const env = cleanEnvironment({ ...aws.environment, KUBECONFIG: cluster.kubeconfig });
    await using terminal = openTerminal(line, { env });
    await terminal.shows(new RegExp(readable.source, 'm'));
    terminal.type(ctrlC);
    expect(await terminal.ended, terminal.screen()).toBe(0);
  });
});

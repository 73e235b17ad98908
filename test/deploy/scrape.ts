import { addEventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { tooManyRequests } from '../../sandbox/aws/organizations/errors.ts';
import { management, manifest, openAws, standsAt } from '../cluster/fixture.ts';
import { runBinary, runToEnd } from '../harness/binary.ts';
import type { Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/freePorts.ts';

/** A sample of a metric: its series as it is written in the text format, and its value. */
export interface Sample {
  readonly series: string;
  readonly name: string;
  readonly value: string;
}

export const samplesIn = (text: string): readonly Sample[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const end = line.lastIndexOf(' ');
      const series = line.slice(0, end);
      return { series, name: series.replace(/\{.*/, ''), value: line.slice(end + 1) };
    });

/**
 * What Prometheus gets from the built operator once it has heard events, put a drift right, been throttled and met
 * a declaration it cannot fulfil: every metric has something to tell.
 */
export async function scrapeBusyOperator(cluster: Cluster): Promise<string> {
  await using scenario = await openAws();
  const { aws, environment, outsider, isEnabled } = scenario;
  const half = addEventHalf(aws);
  half.cloudTrail.put({ name: 'management-events', account: management });
  half.cloudTrail.settings.fate = () => [50];
  const provisioned = await runToEnd(['setup', '--yes'], environment);
  const queue = /--event-queue (\S+)/.exec(provisioned.stdout)?.[1];
  if (queue === undefined) throw new Error(provisioned.stdout + provisioned.stderr);
  aws.faults.add({
    operation: 'DescribeOrganization',
    times: 5,
    effect: { kind: 'Error', error: tooManyRequests() },
  });
  const address = `127.0.0.1:${await freePort()}`;
  await using _operator = await runBinary(
    [
      'run',
      `--event-queue=${queue}`,
      `--metrics-bind-address=${address}`,
      '--health-probe-bind-address=0',
      '--leader-elect=true',
      '--leader-election-namespace=default',
    ],
    { KUBECONFIG: cluster.kubeconfig, ...environment },
  );
  await cluster.apply(manifest());
  await cluster.apply(
    manifest({
      name: 'backup',
      spec: 'servicePrincipal: backup.amazonaws.com, delegatedAdministrators: ["999999999999"]',
    }),
  );
  await standsAt(cluster, 'InSync');
  await standsAt(cluster, 'AccountNotFound', { name: 'backup' });
  const scrape = async () => (await fetch(`http://${address}/metrics`)).text();
  const shows = (pattern: RegExp) =>
    eventually(
      async () => {
        const text = await scrape();
        if (!pattern.test(text)) throw new Error(text.slice(0, 3_000));
      },
      { everyMs: 200, what: String(pattern) },
    );
  await shows(/^trusted_access_heartbeat_round_trip_seconds_count [1-9]/m);
  outsider('DisableAWSServiceAccess');
  await shows(/^trusted_access_correction_seconds_count [1-9]/m);
  if (!isEnabled()) throw new Error('the drift was not put right');
  const text = await scrape();
  half.close();
  return text;
}

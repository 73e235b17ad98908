import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import { commandLines } from '../docs/commandLines.ts';
import { codeBlocks, root } from '../docs/documents.ts';
import { typedOnACluster } from '../docs/typed.ts';
import { type Binary, runBinary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { runProgram, toolPath } from '../harness/program.ts';
import { type Aws, first, management, openAws, show, standsAt, startOperator } from './fixture.ts';

// Each once, though several pages say it.
const lines = [...new Map(typedOnACluster.flatMap(commandLines).map((line) => [line.text, line])).values()];

/** What a line needs that is not here: machines that pods run on, or somebody who ends it. */
const needsPods = ({ words }: { words: readonly string[] }) =>
  words[0] === 'kubectl' && ['logs', 'exec', 'port-forward'].includes(words[1] ?? '');
const goesOn = ({ words }: { words: readonly string[] }) =>
  words[0] === 'trusted-access' && ['run', 'sandbox'].includes(words[1] ?? '');

const baseline = `apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata: { name: sso }
spec: { delegatedAdministrators: ["${first}"] }
`;

describe('a person who types what the documentation says', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let events: EventHalf;
  let operator: Binary;
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  const type = (line: string) =>
    runProgram('/bin/sh', ['-c', line], { env: environment, cwd: folder, timeoutMs: 75_000 });

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    await cluster.apply(await readFile(join(root, 'deploy/manifests/base/operator.yaml'), 'utf8'));
    folder = await mkdtemp(join(tmpdir(), 'trusted-access-docs-'));
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const node = join(root, 'node_modules/.bin/node');
    const wrapper = join(bin, 'trusted-access');
    await writeFile(wrapper, `#!/bin/sh\nexec ${node} ${join(root, 'bin/trusted-access.mjs')} "$@"\n`);
    await chmod(wrapper, 0o755);
    const [example] = codeBlocks('docs/resource.md').filter(({ language }) => language === 'yaml');
    await writeFile(join(folder, 'sso.yaml'), example?.text ?? '');
    await mkdir(join(folder, 'trail'));
    await writeFile(join(folder, 'trail/a.json'), '{"Records":[]}');
    aws = await openAws();
    events = addEventHalf(aws.aws);
    events.cloudTrail.put({ name: 'management-events', account: management });
    environment = {
      ...aws.environment,
      PATH: [bin, dirname(await toolPath('kubectl')), process.env['PATH']].join(delimiter),
      HOME: folder,
      KUBECONFIG: cluster.kubeconfig,
      KUBECACHEDIR: join(folder, 'cache'),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_COLOR: '1',
    };
    expect(await type('trusted-access setup --yes')).toMatchObject({ code: 0 });
    await cluster.apply(baseline);
    const queue = `https://sqs.us-east-1.amazonaws.com/${management}/trusted-access-events`;
    const lease = ['--leader-elect', 'true', '--leader-election-namespace', 'trusted-access-system'];
    operator = await startOperator(cluster, aws, ['--event-queue', queue, ...lease]);
    await standsAt(cluster, 'InSync');
    expect(await type('trusted-access import --output-dir manifests/')).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await operator?.stop();
    events?.close();
    await aws?.[Symbol.asyncDispose]();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    // What the line before did is not the next one's business.
    await cluster.kubectl(['replace', '-f', '-'], baseline);
  });

  const kubectl = lines.filter((line) => line.words[0] === 'kubectl' && !needsPods(line));
  it.each(kubectl.map(({ path, text }) => [`${path}: ${text}`, text] as const))(
    '%s',
    async (_, text) => {
      const { code, stderr } = await type(text);
      expect({ code, stderr }).toMatchObject({ code: 0 });
    },
    90_000,
  );

  it.each(lines.filter(needsPods).map(({ path, text }) => [`${path}: ${text}`, text] as const))(
    '%s: names existing resources',
    async (_, text) => {
      const [deployment = ''] = text.match(/deployment\/\S+/) ?? [];
      const [, namespace = ''] = text.match(/--namespace (\S+)/) ?? [];
      expect(await type(`kubectl get ${deployment} --namespace ${namespace}`)).toMatchObject({ code: 0 });
    },
  );

  it('shows the actor, as the page on operating says', async () => {
    await standsAt(cluster, 'InSync');
    aws.outsider('DeregisterDelegatedAdministrator', { AccountId: first });
    const [line = ''] = lines
      .filter(({ text }) => text.includes('{.status.lastDrift}'))
      .map(({ text }) => text);
    await expect
      .poll(async () => (await show(cluster)).status?.lastDrift?.['correctedAt'], { timeout: 60_000 })
      .toBeDefined();
    const { stdout } = await type(line);
    const fields = Object.keys(JSON.parse(stdout) as object);
    expect(fields).toEqual(expect.arrayContaining(['kind', 'by', 'eventId', 'detectedBy', 'count']));
  });

  const own = lines.filter((line) => line.words[0] === 'trusted-access' && !goesOn(line));
  it.each(own.map(({ path, text }) => [`${path}: ${text}`, text] as const))(
    '%s',
    async (_, text) => {
      // It would take the heartbeats that doctor puts on the bus.
      await operator.stop();
      // setup asks a person before it changes anything, and says 2 where there is none; a file that is there stays.
      const good = text.includes(' setup') ? [0, 2] : text.includes(' import') ? [0, 1] : [0];
      // AWS describes the organization once a second: faster than these lines follow each other, nobody types.
      await eventually(
        async () => {
          const { code, stdout, stderr } = await type(text);
          expect(good, `${stdout}\n${stderr}`).toContain(code);
        },
        { timeoutMs: 60_000, everyMs: 2_000, what: text },
      );
    },
    90_000,
  );

  const runs = lines.filter(({ words }) => words[0] === 'trusted-access' && words[1] === 'run');
  it.each(runs.map(({ path, text, words }) => [`${path}: ${text}`, words] as const))(
    '%s: starts, works, and ends when it is reported',
    async (_, words) => {
      await operator.stop();
      const noPorts = {
        TRUSTED_ACCESS_METRICS_BIND_ADDRESS: '0',
        TRUSTED_ACCESS_HEALTH_PROBE_BIND_ADDRESS: '0',
      };
      await using running = await runBinary(words.slice(1), { ...environment, ...noPorts });
      await running.waitForLine((line) => Object.values(line).includes('reconciling'));
      running.signal('SIGTERM');
      expect(await running.exited).toMatchObject({ code: 0 });
    },
    60_000,
  );
});

import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { first, openAws } from '../cluster/fixture.ts';
import { type CodeBlock, codeBlocks } from '../docs/documents.ts';
import { anotherWay, notHere } from '../docs/typed.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { freePort } from '../harness/freePorts.ts';
import { runProgram, toolPath } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { refusal, root } from './chart.ts';
import { type Kubelet, standInForKubelet } from './kubelet.ts';

interface Step {
  readonly where: string;
  readonly command: string;
  /** What the page shows of its output, when it shows something. */
  readonly shown: string | undefined;
}

/** The commands of a page in their order; a block of text right after them is what the last of them prints. */
function stepsOf(path: string): Step[] {
  const blocks = codeBlocks(path);
  return blocks.flatMap((block, index) => {
    if (block.language !== 'sh') return [];
    const next = blocks[index + 1];
    const lines = block.text.trimEnd().split('\n');
    return lines
      .map((command, at) => ({
        where: `${path}:${block.line + at + 1}`,
        command,
        shown: at === lines.length - 1 && next?.language === 'text' ? next.text : undefined,
      }))
      .filter(({ command }) => !notHere.test(command) && !anotherWay.test(command));
  });
}

const yamlBlocks = (path: string): CodeBlock[] =>
  [...codeBlocks(path)].filter(({ language }) => language === 'yaml');

let cluster: OwnCluster;
let aws: Awaited<ReturnType<typeof openAws>>;
let kubelet: Kubelet;
let desk: string;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
  aws = await openAws();
  kubelet = standInForKubelet(cluster, aws.environment, await freePort());
  desk = await mkdtemp(join(tmpdir(), 'trusted-access-newcomer-'));
  removeWithUs(desk);
  await mkdir(join(desk, 'bin'));
  await symlink(join(root, 'deploy'), join(desk, 'deploy'));
  for (const tool of ['kubectl', 'helm'] as const) {
    await symlink(await toolPath(tool), join(desk, 'bin', tool));
  }
  const manifest = yamlBlocks('docs/install.md').find(({ text }) => text.includes('kind: TrustedAccess'));
  await writeFile(join(desk, 'sso.yaml'), manifest?.text ?? '');
});
afterAll(async () => {
  await kubelet?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
  await cluster?.stop();
});

/** At a shell, in a checkout, with kubectl and helm and a cluster. */
function type(command: string) {
  const env = {
    PATH: `${join(desk, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: desk,
    KUBECONFIG: cluster.kubeconfig,
  };
  return runProgram('sh', ['-c', command], { cwd: desk, env, timeoutMs: 60_000 });
}

/** Spaces as they are, an ellipsis for what differs from day to day. */
const pattern = (shown: string) =>
  new RegExp(
    shown
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll(/ +/g, ' +')
          .replaceAll('…', '\\S+'),
      )
      .join('\\s*\n'),
  );

async function follow(steps: readonly Step[]): Promise<void> {
  for (const { where, command, shown } of steps) {
    const { code, stdout, stderr } = await type(command);
    expect(code, `${where}: ${command}\n${stdout}${stderr}`).toBe(0);
    if (shown !== undefined) expect(stdout, where).toMatch(pattern(shown));
  }
}

const isPatch = ({ command }: Step) => command.includes('"driftPolicy":"Correct"');

describe('a newcomer who types what the pages say', () => {
  it('installs the chart, and sees what it would do while it does nothing', async () => {
    const steps = stepsOf('docs/install.md');
    const from = steps.findIndex(isPatch);
    expect(steps.slice(0, from).map(({ command }) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      'helm upgrade',
      'kubectl rollout',
      'helm test',
      'kubectl apply',
      'kubectl wait',
      'kubectl get',
      'kubectl get',
    ]);
    await follow(steps.slice(0, from));
    expect(aws.writes()).toEqual([]);
  }, 120_000);

  it('lets it correct, gives it a queue, an image, a policy, a dashboard and a second release', async () => {
    const steps = stepsOf('docs/install.md');
    await follow(
      steps.slice(steps.findIndex(isPatch)).filter(({ command }) => !command.includes('policy.rules')),
    );
    expect(aws.administrators()).toEqual([first]);
    await expect
      .poll(() => [...kubelet.operators.keys()], { timeout: 60_000 })
      .toContain('trusted-access-security-trusted-access-operator');
  }, 120_000);

  it('sets a policy, and the API server refuses a foreign role in the words of the page', async () => {
    const steps = stepsOf('docs/install.md').filter(({ command }) => command.includes('policy.rules'));
    expect(steps).toHaveLength(1);
    for (const { command } of steps) expect((await type(command)).code).toBe(0);
    const words = steps[0]?.shown?.trim() ?? '';
    expect(words).toContain('is not permitted');
    const foreign = 'arn:aws:iam::999999999999:role/admin';
    const patch = JSON.stringify({ spec: { organization: { roleArn: foreign } } });
    await expect
      .poll(
        async () => (await type(`kubectl patch ta/sso --type=merge --dry-run=server -p '${patch}'`)).stderr,
        {
          timeout: 60_000,
        },
      )
      .toContain(words);
  }, 120_000);

  it('upgrades: AWS is not written to again', async () => {
    const before = aws.writes();
    await follow(stepsOf('docs/upgrade.md'));
    expect(aws.writes()).toEqual(before);
  }, 120_000);

  it('uninstalls: what AWS has stays', async () => {
    await follow(stepsOf('docs/uninstall.md'));
    expect(aws.administrators()).toEqual([first]);
    expect(aws.isEnabled()).toBe(true);
    expect((await type('kubectl get ta')).stderr).toMatch(
      /could not find the requested resource|doesn't have a resource type/,
    );
  }, 120_000);
});

it.each([
  ['docs/install.md', 2],
  ['docs/networks.md', 2],
] as const)('the chart accepts the values that %s shows', async (page, count) => {
  const values = yamlBlocks(page).filter(({ text }) => !text.includes('kind: TrustedAccess'));
  expect(values).toHaveLength(count);
  for (const { text } of values) expect(await refusal(parse(text))).toBe('');
});

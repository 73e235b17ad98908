/** Every command of `trusted-access` that the documents tell people to type, typed on a terminal. */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import { type CommandLine, commandLines, mentionedCalls } from '../docs/commandLines.ts';
import { documentPaths, read, root } from '../docs/documents.ts';
import { cleanEnvironment, executable } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { toolPath } from '../harness/program.ts';
import { ctrlC, openTerminal } from '../harness/terminal.ts';
import { type Aws, first, management, manifest, openAws } from './fixture.ts';

const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'deploy/helm/README.md', ...documentPaths];
const notes = read('deploy/helm/templates/NOTES.txt')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => /^(kubectl )?trusted-access /.test(line));

const isOwn = ({ words }: CommandLine) => words[0] === 'trusted-access';
const ofPages = [...pages.flatMap(commandLines).filter(isOwn), ...pages.flatMap(mentionedCalls)];
const plugin = pages.flatMap((path) =>
  [...read(path).matchAll(/`(kubectl trusted-access [^`…]+)`/g)].map(([, text = '']) => text),
);
/** A page's DIR stands for a folder. */
const typed = [...ofPages.map(({ text }) => text), ...plugin, ...notes].map((line) =>
  line.replace(/\bDIR\b/, './manifests'),
);
const leavesStatus = (line: string) => Number(line.includes(' --once'));
/** History of a folder needs the status that a run of the operator left there. */
const lines = [...new Set(typed)].sort().sort((a, b) => leavesStatus(b) - leavesStatus(a));

/** What a person ends with Ctrl-C, and what is on the screen before that. */
const underWay = (line: string): RegExp | undefined => {
  if (/ run(?!.* --once)/.test(line) && !line.includes(' help ')) return /INFO: reconciling/;
  // A sandbox that ends by itself plays for a minute: its first seconds show that it works on a terminal.
  return / sandbox/.test(line) ? /^ *\+?[\d.]+ s |"what":"acting"/m : undefined;
};

/**
 * Exit codes that the commands' pages promise for what these lines find: plan says 2 of changes, setup of changes that
 * are not confirmed; doctor says 1 of what is not in order, import of a file that is there, setup of an unknown role.
 */
const promised = (line: string): readonly number[] => {
  if (line.includes(' plan')) return [0, 2];
  if (/ setup --(role-arn|remove)/.test(line)) return line.includes('--remove') ? [0, 2] : [1];
  if (/ setup(?!.*--yes)/.test(line)) return [2];
  return / (doctor|import)/.test(line) ? [0, 1] : [0];
};

const broken = /is not a (function|constructor)|Cannot find|TypeError|ReferenceError|^ +at .+:\d+:\d+\)?$/m;

let cluster: OwnCluster;
let aws: Aws;
let events: EventHalf;
let folder: string;
let env: NodeJS.ProcessEnv;

/** In a folder `bin`: trusted-access, and the plug-in under the name that kubectl looks for. */
async function installed(): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const name of ['trusted-access', 'kubectl-trusted_access']) {
    const script = join(dirname(executable), `${name}.mjs`);
    await writeFile(join(bin, name), `#!/bin/sh\nexec ${process.execPath} ${script} "$@"\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
  await cluster.apply(crdYaml());
  await cluster.apply(manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-typed-'));
  aws = await openAws();
  events = addEventHalf(aws.aws);
  events.cloudTrail.put({ name: 'management-events', account: management });
  for (const name of ['manifests', 'mine']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'sso.yaml'), manifest());
  }
  await copyFile(join(folder, 'mine/sso.yaml'), join(folder, 'sso.yaml'));
  await writeFile(
    join(folder, 'guardduty.yaml'),
    manifest({ name: 'guardduty', spec: 'servicePrincipal: guardduty.amazonaws.com' }),
  );
  for (const name of ['FILE', 'p.yaml'])
    await writeFile(join(folder, name), 'rules:\n  - allow: { disable: true, revoke: true }\n');
  env = cleanEnvironment({
    ...aws.environment,
    PATH: [await installed(), dirname(await toolPath('kubectl')), process.env['PATH']].join(delimiter),
    HOME: folder,
    KUBECONFIG: cluster.kubeconfig,
    TRUSTED_ACCESS_METRICS_BIND_ADDRESS: '0',
    TRUSTED_ACCESS_HEALTH_PROBE_BIND_ADDRESS: '0',
  });
});
afterAll(async () => {
  events?.close();
  await aws?.[Symbol.asyncDispose]();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('The built executable on a terminal', () => {
  it('is reported to do more than thirty things by the documents, with every command among them', () => {
    expect(lines.length).toBeGreaterThan(30);
    expect(read('Makefile')).toMatch(/^\t@exec \S+ bin\/trusted-access\.mjs sandbox \$\(ARGS\)$/m);
    expect(lines).toEqual(expect.arrayContaining(['trusted-access sandbox', 'trusted-access run']));
    expect(root).toBe(dirname(dirname(executable)));
  });

  it.each(lines)('does what the documents say of "%s"', { timeout: 120_000 }, async (line) => {
    await using terminal = openTerminal(line, { env, cwd: folder });
    const sign = underWay(line);
    if (sign !== undefined) {
      await terminal.shows(sign, 60_000);
      terminal.type(ctrlC);
    }
    // setup asks before it changes anything.
    if (/ setup/.test(line)) terminal.type('no\n');
    const code = await terminal.ended;
    const screen = terminal.screen();
    expect(screen).not.toMatch(broken);
    expect(screen.trim()).not.toBe('');
    expect(promised(line), screen).toContain(code);
  });
});

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type Shell, shells } from '../../src/cli/completion/scripts.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import { root } from '../docs/documents.ts';
import { type InteractiveShell, startShell } from '../harness/interactiveShell.ts';
import { runProgram, toolPath } from '../harness/program.ts';
import { sharedCluster } from '../harness/shared.ts';
import { manifest } from './fixture.ts';

const cluster = sharedCluster();
let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  await cluster.apply(crdYaml());
  await cluster.apply(manifest({ name: 'identity-center' }));
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-completion-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await mkdir(join(folder, 'work/declared'), { recursive: true });
  await writeFile(join(folder, 'work/sso.yaml'), manifest());
  // As npm does when the package is installed.
  for (const [name, path] of Object.entries(packageJson.bin))
    await symlink(join(root, path), join(bin, name));
  await symlink(join(root, 'node_modules/.bin/node'), join(bin, 'node'));
  await symlink(await toolPath('kubectl'), join(bin, 'kubectl'));
  environment = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: folder,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    KUBECONFIG: cluster.kubeconfig,
    KUBECACHEDIR: join(folder, 'cache'),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
});
afterAll(async () => {
  await cluster.kubectl(['delete', 'ta', 'identity-center', '--ignore-not-found']);
  await rm(folder, { recursive: true, force: true });
});

const kubectl = (...args: string[]) =>
  runProgram('kubectl', args, { env: environment, cwd: join(folder, 'work') });

/** What is typed, and what stands there after Tab. */
const typed: readonly (readonly [string, string])[] = [
  ['trusted-access hist', 'trusted-access history'],
  ['trusted-access plan --mark', 'trusted-access plan --markdown'],
  ['trusted-access run --log-format pr', 'trusted-access run --log-format pretty'],
  ['trusted-access run --log-format=pr', 'trusted-access run --log-format=pretty'],
  ['trusted-access plan -f ss', 'trusted-access plan -f sso.yaml'],
  ['trusted-access import --output-dir de', 'trusted-access import --output-dir declared/'],
  ['trusted-access history iden', 'trusted-access history identity-center'],
  ['trusted-access history --json ident', 'trusted-access history --json identity-center'],
];
const hostile = 'trusted-access plan -f $(touch evil) --mark';

describe.each(['bash', 'zsh'] as const)('in %s, Tab', (shell) => {
  let open: InteractiveShell;

  beforeAll(async () => {
    const started = {
      bash: async () => 'bash --norc --noprofile -i',
      zsh: async () => `${await toolPath('zsh')} -f -i`,
    };
    open = startShell(await started[shell](), environment, join(folder, 'work'));
    if (shell === 'zsh') await open.run('autoload -U compinit; compinit -u -D');
    await open.run(`eval "$(trusted-access completion ${shell})"`);
  });
  afterAll(() => open?.[Symbol.asyncDispose]());

  it.each(typed)('makes of «%s» «%s»', async (line, whole) => {
    // zsh takes the slash away again where no more of a path follows.
    expect((await open.completed(line)).replace(/\/$/, '')).toBe(whole.replace(/\/$/, ''));
  });

  it('carries out nothing that stands there', async () => {
    expect(await open.afterTab(hostile, 'ls')).not.toContain('evil');
  });

  it('is silent when there is no cluster', async () => {
    await open.run('export KUBECONFIG=/nonexistent');
    expect(await open.completed('trusted-access history iden')).toBe('trusted-access history iden');
  });
});

describe('in fish, Tab', () => {
  const offered = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    const script = 'trusted-access completion fish | source; complete --do-complete $argv[1]';
    const { stdout, stderr } = await runProgram(await toolPath('fish'), ['--no-config', '-c', script, line], {
      env: { ...environment, ...env },
      cwd: join(folder, 'work'),
    });
    expect(stderr).toBe('');
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((each) => each.split('\t')[0]);
  };

  it.each(typed)('offers for «%s» what makes «%s» of it', async (line, whole) => {
    const word = whole.slice(line.lastIndexOf(' ') + 1);
    expect(await offered(line)).toEqual([word]);
  });

  it('carries out nothing that stands there', async () => {
    expect(await offered(hostile.replace('$', ''))).toEqual(['--markdown']);
    expect(await offered('trusted-access plan -f ev')).toEqual([]);
  });

  it('is silent when there is no cluster', async () => {
    expect(await offered('trusted-access history iden', { KUBECONFIG: '/nonexistent' })).toEqual([]);
  });
});

it('the script of each shell is one that this shell can read', async () => {
  const programs: Readonly<Record<Shell, string>> = {
    bash: 'bash',
    zsh: await toolPath('zsh'),
    fish: await toolPath('fish'),
  };
  for (const shell of shells) {
    const script = await runProgram('trusted-access', ['completion', shell], { env: environment });
    const file = join(folder, `script.${shell}`);
    await writeFile(file, script.stdout);
    const read = await runProgram(programs[shell], ['-n', file], { env: environment });
    expect(read).toMatchObject({ code: 0, stderr: '' });
  }
});

describe('as a plug-in of kubectl', () => {
  it('it is found by kubectl, which has nothing to say against it', async () => {
    const { stdout, stderr, code } = await kubectl('plugin', 'list');
    expect(stdout).toContain(join(folder, 'bin/kubectl-trusted_access'));
    expect(stderr).not.toContain('trusted');
    expect(code).toBe(0);
  });

  it('it does what it does, with its exit codes', async () => {
    const aws = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'us-east-1' };
    const planned = await runProgram('kubectl', ['trusted-access', 'plan', '-f', 'sso.yaml'], {
      env: { ...environment, ...aws },
      cwd: join(folder, 'work'),
    });
    expect(planned.stdout).toContain('no usable credentials');
    expect(planned.code).toBe(1);
    expect((await kubectl('trusted-access', 'crd')).stdout).toBe(`${crdYaml().trimEnd()}\n`);
  });

  it('it calls itself what people type', async () => {
    const { stdout } = await kubectl('trusted-access', 'plan', '--help');
    expect(stdout).toContain('Usage: kubectl trusted-access plan [options]');
    expect(stdout).toContain('kustomize build . | kubectl trusted-access plan -f -');
    expect(stdout).not.toMatch(/(?<!kubectl )trusted-access plan/);
    expect((await kubectl('trusted-access', 'plan', '-f', 'nothing.yaml')).stderr).toMatch(
      /^kubectl trusted-access: /,
    );
  });

  it.each([
    [['his'], 'history\tshow what happened to the resources'],
    [['plan', '--mark'], '--markdown\tprint the plan as Markdown for a pull request'],
    [['history', 'iden'], 'identity-center'],
  ])('kubectl completes %j', async (words, line) => {
    const { stdout } = await kubectl('__complete', 'trusted-access', ...words);
    expect(stdout.split('\n').slice(0, 2)).toEqual([line, ':4']);
  });

  it('kubectl completes files after -f', async () => {
    expect((await kubectl('__complete', 'trusted-access', 'plan', '-f', '')).stdout).toBe(':0\n');
  });
});

import { chown, cp, mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runProgram } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { root } from './chart.ts';
import { type Fixture, pairs } from './dockerfile.ts';

const programs = join(root, 'node_modules', '.bin');

/** The variables of a build: what npm needs of this machine, and Node.js 24 as the base image has it. */
const environment = (home: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_OPTIONS: undefined,
  HOME: home,
  PATH: `${programs}:${process.env['PATH'] ?? ''}`,
});

export interface Step {
  readonly command: string;
  readonly code: number;
  readonly output: string;
}

export interface Built {
  /** What the final stage copies to `/`. */
  readonly image: string;
  readonly steps: readonly Step[];
}

async function runAs(
  user: string,
  command: string,
  cwd: string,
  variables: NodeJS.ProcessEnv,
): Promise<Step> {
  const [uid = '0', gid = '0'] = user.split(':');
  const drop = ['--reuid', uid, '--regid', gid, '--clear-groups', 'sh', '-ec', command];
  const env = { ...environment(uid === '0' ? (process.env['HOME'] ?? '/') : '/nonexistent'), ...variables };
  const { code, stdout, stderr } = await runProgram('setpriv', drop, { cwd, env, timeoutMs: 180_000 });
  return { command, code, output: stdout + stderr };
}

/** Does what the stage says, in a folder of its own that holds nothing but what it copies. */
export async function buildFixture(fixture: Fixture): Promise<Built> {
  if (process.getuid?.() !== 0)
    throw new Error('needs root: to run as uid 65532, and to give it a root of its own');
  const top = await mkdtemp(join(tmpdir(), 'trusted-access-image-'));
  removeWithUs(top);
  await chown(top, 65532, 65532);
  const folder = join(top, 'trusted-access-operator');
  await mkdir(folder);
  const steps: Step[] = [];
  let user = '0:0';
  // Absolute paths in variables lie under the working directory, which is another one here.
  const here = (value: string) => value.replace(/^\/trusted-access-operator/, folder);
  const variables = Object.fromEntries([...pairs(fixture, 'ENV')].map(([key, value]) => [key, here(value)]));
  for (const { name, text } of fixture.instructions) {
    if (name === 'USER') user = text;
    if (name === 'COPY') await copy(text, folder);
    if (name === 'RUN') {
      const step = await runAs(user, text, folder, user === '0:0' ? {} : variables);
      steps.push(step);
      if (step.code !== 0) throw new Error(`${step.command}: ${step.code} ${step.output}`);
    }
  }
  return { image: join(folder, 'image'), steps };
}

async function copy(text: string, folder: string): Promise<void> {
  const words = text.split(' ');
  const target = words.pop() ?? '';
  for (const source of words) {
    const to = join(folder, target.endsWith('/') ? join(target, basename(source)) : target);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(root, source), to, { recursive: true });
  }
}

/** The shared libraries that the base image brings, put where the loader looks for them. */
export async function addLibraries(image: string): Promise<void> {
  const { stdout } = await runProgram('ldd', [join(image, 'nodejs', 'bin', 'node')]);
  for (const [library] of stdout.matchAll(/\/\S+\.so[\w.]*/g)) {
    const to = join(image, library);
    await mkdir(dirname(to), { recursive: true });
    await cp(await realpath(library), to);
  }
}

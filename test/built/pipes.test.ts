/** The built executable writing into real pipes whose reader leaves. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../cluster/fixture.ts';
import { type AwsWithEvents, openAwsWithEvents } from '../faults/awsWithEvents.ts';
import { cleanEnvironment, executable, runToEnd } from '../harness/binary.ts';
import { startProcess } from '../harness/childProcess.ts';
import { eventually } from '../harness/eventually.ts';
import { runProgram } from '../harness/program.ts';

let aws: AwsWithEvents;
let folder: string;

const off = '--metrics-bind-address=0 --health-probe-bind-address=0';

beforeAll(async () => {
  aws = await openAwsWithEvents();
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-pipes-'));
  await writeFile(join(folder, 'sso.yaml'), manifest());
  // So that there is a history.
  const once = ['run', '--once', '--manifests', folder, ...off.split(' ')];
  expect(await runToEnd(once, aws.environment)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await aws[Symbol.asyncDispose]();
});

const environment = (more: NodeJS.ProcessEnv = {}) => cleanEnvironment({ ...aws.environment, ...more });

/** `reader` gets standard output through a pipe of the shell. @returns exit code and standard error of the command */
async function into(reader: string, args: string, more: NodeJS.ProcessEnv = {}) {
  const line = `"${process.execPath}" "${executable}" ${args} | ${reader}; exit "\${PIPESTATUS[0]}"`;
  const { code, stdout, stderr } = await runProgram('bash', ['-c', line], {
    env: environment(more),
    timeoutMs: 100_000,
  });
  return { code, stdout, stderr };
}

const commands = [
  'crd',
  'completion bash',
  '--help',
  'plan -f FOLDER',
  'plan --json-schema',
  'import',
  'history --manifests FOLDER',
  'doctor --no-cluster',
  'setup --dry-run',
  'sandbox',
];

describe('The built executable in a pipe', () => {
  it.each(commands)('`%s` ends quietly when its reader leaves after the first line', async (args) => {
    const { stdout, stderr, code } = await into('head -n 1', args.replace('FOLDER', folder));
    expect(stderr).not.toMatch(/EPIPE|Error|\n {4}at /);
    expect(stdout.split('\n')).toHaveLength(2);
    expect([0, 1, 2, 141], stderr).toContain(code);
  });

  it.each(commands)(
    '`%s` ends with 141 and no message when its reader left before the first line',
    async (args) => {
      const { stderr, code } = await into('true', args.replace('FOLDER', folder));
      expect(stderr).not.toMatch(/EPIPE|Error|\n {4}at /);
      // Commander ends the process right after it wrote a help text.
      expect(args === '--help' ? [0, 141] : [141], stderr).toContain(code);
    },
  );

  it('`sandbox` removes its folder when its reader leaves', async () => {
    const place = join(folder, 'place');
    await runProgram('mkdir', [place]);
    expect((await into('true', 'sandbox', { TMPDIR: place })).code).toBe(141);
    expect(await readdir(place)).not.toContainEqual(expect.stringContaining('sandbox'));
  });

  it('`run` goes on and corrects drift when the reader of its log leaves', async () => {
    const line = `exec "${process.execPath}" "${executable}" run --log-level=debug --manifests "${folder}" ${off} > >(head -n 1 >/dev/null)`;
    const operator = await startProcess('bash', ['-c', line], { env: environment() });
    let stderr = '';
    operator.onStderr((chunk) => {
      stderr += chunk;
    });
    try {
      await eventually(() => expect(aws.isEnabled()).toBe(true));
      await eventually(() => expect(stderr).toContain('the operator continues without it'));
      aws.outsider('DisableAWSServiceAccess');
      await writeFile(join(folder, 'sso.yaml'), manifest({ spec: 'interval: 2h' }));
      await eventually(() => expect(aws.isEnabled()).toBe(true));
      operator.signal('SIGTERM');
      expect(await operator.exited).toEqual({ code: 0, signal: null });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    } finally {
      await operator.stop();
    }
  });

  it('`run --log-format pretty` goes on when the reader of its log leaves', async () => {
    const line = `"${process.execPath}" "${executable}" run --once --log-level=debug --log-format=pretty --manifests "${folder}" ${off} | true; exit "\${PIPESTATUS[0]}"`;
    const { code, stderr } = await runProgram('bash', ['-c', line], { env: environment() });
    expect(stderr).toContain('the operator continues without it');
    expect(code, stderr).toBe(0);
    expect(aws.isEnabled()).toBe(true);
  });
});

describe('The built executable on a full disk', () => {
  it('says in one line that it cannot write its output', async () => {
    const { code, stderr } = await runProgram(
      'bash',
      ['-c', `"${process.execPath}" "${executable}" crd > /dev/full`],
      {
        env: environment(),
      },
    );
    expect(stderr).toMatch(/^cannot write to standard output: ENOSPC.*\n$/);
    expect(code).toBe(1);
  });
});

/** The built executable on a terminal, as a person starts it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAws } from '../cluster/scene.ts';
import { cleanEnvironment, executable } from '../harness/binary.ts';
import { runProgram } from '../harness/program.ts';

const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];

describe('The built executable', () => {
  it.each([
    ['on a terminal', ['script', '-qec'], []],
    ['with --log-format pretty in a pipe', ['sh', '-c'], ['--log-format=pretty']],
  ])('logs readable lines %s', async (_where, shell, format) => {
    const folder = await mkdtemp(join(tmpdir(), 'trusted-access-terminal-'));
    await using aws = await openAws();
    await writeFile(
      join(folder, 'sso.yaml'),
      'apiVersion: trustedaccess.dev/v1alpha1\nkind: TrustedAccess\nmetadata: { name: sso }\nspec: {}\n',
    );
    const [command = '', ...before] = shell;
    const line = [
      process.execPath,
      executable,
      'run',
      '--once',
      '--manifests',
      folder,
      ...off,
      ...format,
    ].join(' ');
    const after = command === 'script' ? ['/dev/null'] : [];
    const ended = await runProgram(command, [...before, line, ...after], {
      env: cleanEnvironment(aws.environment),
    });
    await rm(folder, { recursive: true });
    expect(ended.stdout).toContain('INFO');
    expect(ended.stdout).not.toContain('is not a function');
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });
});

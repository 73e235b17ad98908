/** The built executable asked to stop while it waits for nothing of AWS. What waits for AWS: test/faults/hanging.test.ts. */
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, executable, runBinary } from '../harness/binary.ts';
import { startProcess } from '../harness/childProcess.ts';
import { eventually } from '../harness/eventually.ts';
import { runProgram } from '../harness/program.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-signals-'));
});
afterEach(() => rm(folder, { recursive: true }));

const sandboxFolders = async () => (await readdir(folder)).filter((name) => name.includes('sandbox'));

describe('The built executable asked to stop', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '`sandbox` ends on %s with 0 and removes its folder',
    async (name) => {
      await using sandbox = await runBinary(['sandbox', '--drills=none'], { TMPDIR: folder });
      await eventually(async () => expect(await sandboxFolders()).toHaveLength(1));
      await eventually(() => expect(sandbox.stdout()).not.toBe(''));
      sandbox.signal(name);
      expect(await sandbox.exited).toEqual({ code: 0, signal: null });
      expect(await sandboxFolders()).toEqual([]);
    },
  );

  it('`plan` ends while it waits for manifests on standard input', async () => {
    const input = join(folder, 'in');
    await runProgram('mkfifo', [input]);
    await using writer = await open(input, 'r+');
    const line = `exec "${process.execPath}" "${executable}" plan -f - <"${input}"`;
    const plan = await startProcess('bash', ['-c', line], { env: cleanEnvironment({}) });
    try {
      // More than a pipe holds: it is written once the command reads, and the end of the input never comes.
      await writer.write('# more\n'.repeat(20_000));
      const asked = performance.now();
      plan.signal('SIGTERM');
      expect(await plan.exited).toEqual({ code: 1, signal: null });
      expect(performance.now() - asked).toBeLessThan(6_000);
    } finally {
      await plan.stop();
    }
  });
});

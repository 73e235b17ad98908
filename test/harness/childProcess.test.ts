import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startProcess } from './childProcess.ts';
import { eventually } from './eventually.ts';

/** A process that nobody has waited for yet is still listed, as Z, though it has ended. */
const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    if (error instanceof Error && 'code' in error && error.code !== 'ENOENT') throw error;
  }
  throw new Error(`process ${pid} is still there`);
};

const parent = `
  const { startProcess } = await import(${JSON.stringify(join(import.meta.dirname, 'childProcess.ts'))});
  const child = await startProcess('sleep', ['300']);
  console.log('child ' + child.pid);
  setInterval(() => {}, 1000);
`;

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'a started process ends when its starter ends by %s',
  async (signal) => {
    const starter = await startProcess(process.execPath, ['--input-type=module', '-e', parent]);
    const pid = await eventually(() => {
      const found = /child (\d+)/.exec(starter.output());
      if (found === null) throw new Error(starter.output());
      return Number(found[1]);
    });
    starter.signal(signal);
    await starter.exited;
    await eventually(() => isGone(pid), { what: 'the child to end' });
  },
);

it('a process that ignores SIGTERM is killed after its grace', async () => {
  const stubborn = await startProcess('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done']);
  await eventually(() => expect(stubborn.output()).toContain('up'));
  expect(await stubborn.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
});

it('a program that is not there is an error with its name', async () => {
  await expect(startProcess('no-such-program', [])).rejects.toThrow('no-such-program did not start');
});

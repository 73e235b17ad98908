import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const holder = async (path: string): Promise<number | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d+$/.test(text) ? Number(text) : undefined;
};

const tryLock = (path: string): Promise<boolean> =>
  writeFile(path, String(process.pid), { flag: 'wx' }).then(
    () => true,
    () => false,
  );

/** Moved aside before it is removed: of two that find the same dead holder, one wins the rename. */
const breakLock = async (path: string, dead: number) => {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => {});
  if ((await holder(aside)) === dead) await rm(aside, { force: true });
  else await rename(aside, path).catch(() => {});
};

/** Runs the work while no other process holds the lock file. Waits for a living holder, breaks a dead one's lock. */
export const withLock = async <T>(
  path: string,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> => {
  let told: number | undefined;
  while (!(await tryLock(path))) {
    const pid = await holder(path);
    if (pid !== undefined && !isAlive(pid)) {
      await breakLock(path, pid);
      continue;
    }
    if (pid !== undefined && pid !== told) onWait(pid);
    told = pid ?? told;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
};

import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const refreshEvery = 5_000;
const staleAfter = 60_000;

interface Holder {
  readonly pid: number;
  readonly lives: boolean;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** A holder touches its lock while it works: a process id alone may have gone to another process since. */
const holderOf = async (path: string): Promise<Holder | undefined> => {
  try {
    const pid = Number(await readFile(path, 'utf8'));
    const { mtimeMs } = await stat(path);
    if (!Number.isInteger(pid) || pid === 0) return undefined;
    return { pid, lives: isAlive(pid) && Date.now() - mtimeMs < staleAfter };
  } catch {
    return undefined;
  }
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
  if ((await holderOf(aside))?.pid === dead) await rm(aside, { force: true });
  else await rename(aside, path).catch(() => {});
};

const holding = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, refreshEvery);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    await rm(path, { force: true });
  }
};

/** Runs the work while no other process holds the lock file. Waits for a living holder, breaks a dead one's lock. */
export const withLock = async <T>(
  path: string,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> => {
  let reported: number | undefined;
  while (!(await tryLock(path))) {
    const holder = await holderOf(path);
    if (holder !== undefined && !holder.lives) {
      await breakLock(path, holder.pid);
      continue;
    }
    if (holder !== undefined && holder.pid !== reported) onWait(holder.pid);
    reported = holder?.pid ?? reported;
    await sleep(200);
  }
  return holding(path, work);
};

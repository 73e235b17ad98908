import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';
import { withLock } from './lock.ts';

const script = resolve(import.meta.dirname, '../../scripts/provision.ts');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-tools-'));
});
afterEach(() => rm(folder, { recursive: true }));

const provisioning = (names: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runCommand(process.execPath, [script, ...names], {
    env: { PATH: '/nonexistent', TRUSTED_ACCESS_CACHE_DIR: folder, ...env },
  });

describe('a tool that cannot be made', () => {
  it.each([
    ['etcd', /Go 1\.26 or newer is needed on PATH to build etcd 3\.6\.8/],
    ['moto', /Python 3\.11 or newer with its venv module is needed as python3 for moto 5\.2\.1/],
    ['chromium', /apt-get has no chromium-headless-shell here[\s\S]*or name one in CHROME_PATH/],
    ['no-such-tool', /no such tool: no-such-tool \(there are: kubernetes, etcd/],
  ])('%s is an error that names the missing part', async (name, words) => {
    const { code, stderr } = await provisioning([name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
  });

  it('every missing thing is named, not the first alone', async () => {
    const { stderr } = await provisioning(['etcd', 'moto']);
    expect(stderr).toMatch(/etcd[\s\S]*moto/);
  });

  it('leaves nothing behind', async () => {
    await provisioning(['etcd']);
    expect(await readdir(join(folder, 'tools'))).toEqual([]);
  });
});

it('a browser named in CHROME_PATH that does not start is said, and no other is taken in its place', async () => {
  const { code, stderr } = await provisioning(['chromium'], { CHROME_PATH: '/nonexistent/chrome' });
  expect(code).toBe(1);
  expect(stderr).toContain('CHROME_PATH=/nonexistent/chrome does not start');
});

it('KUBEBUILDER_ASSETS is taken first', async () => {
  await writeFile(join(folder, 'etcd'), '');
  expect(await provisioning(['etcd'], { KUBEBUILDER_ASSETS: folder })).toMatchObject({ code: 0 });
});

describe('the lock', () => {
  it('lets one at a time through', async () => {
    const lock = join(folder, 'lock');
    const inside: number[] = [];
    let count = 0;
    const work = async () => {
      inside.push(++count);
      await readFile(lock);
      count--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(lock, () => {}, work)));
    expect(inside).toEqual([1, 1, 1]);
  });

  it('is broken when its process id belongs to another process', async () => {
    const lock = join(folder, 'lock');
    await writeFile(lock, String(process.ppid));
    await utimes(lock, 0, 0);
    expect(
      await withLock(
        lock,
        () => {},
        async () => 'done',
      ),
    ).toBe('done');
  });

  it('is broken when its process died', async () => {
    const lock = join(folder, 'lock');
    const { stdout: pid } = await runCommand('sh', ['-c', 'printf %s $$']);
    await writeFile(lock, pid);
    expect(
      await withLock(
        lock,
        () => {},
        async () => 'done',
      ),
    ).toBe('done');
    expect(await readdir(folder)).toEqual([]);
  });
});

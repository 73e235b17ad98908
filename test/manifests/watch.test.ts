import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/cli/systemClock.ts';
import { createManifestStore, type ManifestStore } from '../../src/manifests/store.ts';
import { type Watch, watchFolder } from '../../src/manifests/watch.ts';
import { eventually, throughout } from '../harness/eventually.ts';
import { manifest } from './folder.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

let directory: string;
let notices: number;
const countingWatch: Watch = (folder, changed, failed) =>
  watchFolder(
    folder,
    () => {
      notices += 1;
      changed();
    },
    failed,
  );
let store: ManifestStore;
let stop: () => Promise<void>;

async function start(): Promise<void> {
  notices = 0;
  store = createManifestStore({ directory, clock, log, watch: countingWatch });
  const abort = new AbortController();
  const running = store.run(abort.signal);
  stop = async () => {
    abort.abort();
    await running;
  };
  await store.synced;
}

const path = (file: string) => join(directory, file);

const interval = (name = 'sso') => {
  const stored = store.get(name);
  return stored?.kind === 'Valid' ? stored.resource.spec.interval : stored?.kind;
};

// Well under the half minute after which the folder is looked at anyway.
const received = (expected: string | undefined) =>
  eventually(() => expect(interval()).toBe(expected), { timeoutMs: 20_000 });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trusted-access-watch-'));
});
afterEach(async () => {
  await stop();
  await rm(directory, { recursive: true, force: true });
});

describe('a person at work in the folder', () => {
  it('is followed: a new file, an edit in place, an edit by rename, a removal', async () => {
    await start();
    await writeFile(path('sso.yaml'), manifest('sso', { interval: '1h' }));
    await received('1h');
    await writeFile(path('sso.yaml'), manifest('sso', { interval: '2h' }));
    await received('2h');
    await writeFile(path('.sso.swp'), manifest('sso', { interval: '3h' }));
    await rename(path('.sso.swp'), path('sso.yaml'));
    await received('3h');
    await writeFile(path('.sso.swp'), manifest('sso', { interval: '4h' }));
    await rename(path('.sso.swp'), path('sso.yaml'));
    await received('4h');
    await rename(path('sso.yaml'), path('sso.yaml~'));
    await received(undefined);
  });

  it('is followed again after the folder was moved away and made anew', async () => {
    await writeFile(path('sso.yaml'), manifest('sso', { interval: '1h' }));
    await start();
    await rename(directory, `${directory}-away`);
    await eventually(() => expect(store.ready().ok).toBe(false), { timeoutMs: 20_000 });
    expect(interval()).toBe('1h');
    await rm(`${directory}-away`, { recursive: true });
    await mkdir(directory);
    await writeFile(path('sso.yaml'), manifest('sso', { interval: '2h' }));
    await eventually(() => expect(interval()).toBe('2h'), { timeoutMs: 20_000 });
    await writeFile(path('sso.yaml'), manifest('sso', { interval: '3h' }));
    await received('3h');
  });
});

describe('a mounted ConfigMap', () => {
  async function publish(version: string, spec: object): Promise<void> {
    await mkdir(path(version));
    await writeFile(path(`${version}/sso.yaml`), manifest('sso', spec));
    await symlink(version, path('..data_tmp'));
    await rename(path('..data_tmp'), path('..data'));
  }

  it('is followed when kubelet swaps the link behind its files', async () => {
    await publish('..2026_01_01', { interval: '1h' });
    await symlink('..data/sso.yaml', path('sso.yaml'));
    await start();
    expect(interval()).toBe('1h');
    await publish('..2026_01_02', { interval: '2h' });
    await rm(path('..2026_01_01'), { recursive: true });
    await received('2h');
    await publish('..2026_01_03', { interval: '3h' });
    await rm(path('..2026_01_02'), { recursive: true });
    await received('3h');
  });
});

describe('the operator itself', () => {
  it('does not wake itself with the status it writes', async () => {
    await writeFile(path('sso.yaml'), manifest('sso'));
    await start();
    const { signal } = new AbortController();
    const stored = store.get('sso');
    if (stored?.kind !== 'Valid') throw new Error('not valid');
    const write = (administrators: string) =>
      store.writeStatus(stored.resource.metadata, { administrators, conditions: [] }, signal);
    await write('first');
    await eventually(() => expect(store.ready().ok).toBe(true));
    // The folder for the status files was new: that is noticed, and may be.
    await throughout(() => {}, { forMs: 200 });
    notices = 0;
    for (let round = 0; round < 20; round++) await write(String(round));
    await throughout(() => expect(notices).toBe(0), { forMs: 300 });
  });
});

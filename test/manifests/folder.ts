import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Log } from '../../src/manifests/log.ts';
import { createManifestStore, type ManifestStore } from '../../src/manifests/store.ts';
import type { Watch } from '../../src/manifests/watch.ts';
import { eventually } from '../harness/eventually.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function collectingLog(lines: Line[]): Log {
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface Folder extends AsyncDisposable {
  readonly directory: string;
  readonly clock: VirtualClock;
  readonly store: ManifestStore;
  readonly lines: Line[];
  /** Names that changes$ told. */
  readonly changes: string[];
  path(file: string): string;
  /** As editors save: a temporary file takes the place of the old one. */
  save(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** The watcher notices something. */
  notice(): void;
  /** So many milliseconds pass, and what they wake is done. */
  passed(milliseconds: number): Promise<void>;
  /** The watcher notices; the folder is looked at, and again after so long (milliseconds). */
  noticed(andAgainAfter?: number): Promise<void>;
  status(name: string): Promise<Record<string, unknown>>;
  errors(): string[];
  /** The same folder with another process. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Process {
  readonly store: ManifestStore;
  readonly noticed: () => void;
  readonly stop: () => Promise<void>;
}

function startProcess(directory: string, clock: VirtualClock, log: Log, changes: string[]): Process {
  let changed = () => {};
  const watch: Watch = async (_, notice) => {
    changed = notice;
    return async () => {};
  };
  const store = createManifestStore({ directory, clock, log, watch });
  const reported = store.changes$.subscribe((name) => changes.push(name));
  const abort = new AbortController();
  const running = store.run(abort.signal);
  return {
    store,
    noticed: () => changed(),
    async stop() {
      abort.abort();
      await running;
      reported.unsubscribe();
    },
  };
}

/** A folder with its store on a clock of the test's own; what the watcher would notice is told by the test. */
export async function startFolder(files: Readonly<Record<string, string>> = {}): Promise<Folder> {
  const directory = await mkdtemp(join(tmpdir(), 'trusted-access-manifests-'));
  const path = (file: string) => join(directory, file);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(path(file), '..'), { recursive: true });
    await writeFile(path(file), text);
  }
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const lines: Line[] = [];
  const changes: string[] = [];
  const log = collectingLog(lines);
  // While it works no timer is set; when it is done one always is.
  const idle = () =>
    eventually(
      () => {
        if (clock.pending() === 0) throw new Error('still at work');
      },
      { everyMs: 2, what: 'the look at the folder' },
    );
  const passed = async (milliseconds: number) => {
    clock.pass(milliseconds);
    await idle();
  };
  let current = startProcess(directory, clock, log, changes);
  await idle();
  const stop = async () => {
    await current.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return {
    directory,
    clock,
    lines,
    changes,
    path,
    get store() {
      return current.store;
    },
    async save(file, text) {
      await writeFile(path(`.${file}.swp`), text);
      await rename(path(`.${file}.swp`), path(file));
    },
    remove: (file) => rm(path(file)),
    notice: () => current.noticed(),
    passed,
    async noticed(andAgainAfter = 0) {
      current.noticed();
      await passed(100);
      if (andAgainAfter > 0) await passed(andAgainAfter);
    },
    status: async (name) => parse(await readFile(path(`.status/${name}.yaml`), 'utf8')),
    errors: () => lines.filter(({ level }) => level === 'error').map(({ message }) => message),
    async restart() {
      await current.stop();
      current = startProcess(directory, clock, log, changes);
      await idle();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export const manifest = (name: string, spec: object = {}, metadata: object = {}): string =>
  JSON.stringify({
    apiVersion: 'trustedaccess.dev/v1alpha1',
    kind: 'TrustedAccess',
    metadata: { name, ...metadata },
    spec,
  });

import { join } from 'node:path';
import { concat, defer, filter, from } from 'rxjs';
import { type ResourceStore, resourcesIn } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';
import { folderReader } from './folder.ts';
import type { Log } from './log.ts';
import { createFolderReader } from './readFolder.ts';
import { storedOf } from './record.ts';
import { createRecords, type Records } from './records.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { statusFiles } from './statusFiles.ts';
import { createWake, type Wake } from './wake.ts';
import { createWatcher, type Watch, type Watcher, watchFolder } from './watch.ts';

export interface ManifestStoreOptions {
  readonly directory: string;
  /** Where the status files are; `.status` in the folder unless it cannot be written to. */
  readonly statusDirectory?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch?: Watch;
}

export interface ManifestStore extends ResourceStore {
  /** Reads and watches the folder until the signal is aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves after the first complete look at the folder. */
  readonly synced: Promise<void>;
  /** For /readyz. */
  ready(): { readonly ok: boolean; readonly message: string };
}

/** Milliseconds. */
const timing = {
  /** An editor does several things to save one file, and a copy of a file is not complete at once. */
  quiet: 100,
  noisy: 2_000,
  /** Network file systems tell nobody of a change. */
  rescan: 30_000,
  /** After the folder could not be read or written to. */
  again: 5_000,
} as const;

interface Steps {
  readonly restore: (signal: AbortSignal) => Promise<void>;
  readonly look: (signal: AbortSignal) => Promise<void>;
  readonly save: () => Promise<void>;
  readonly looked: () => void;
  readonly watcher: Watcher;
}

async function follow(steps: Steps, wake: Wake, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const attempt = async (what: 'read' | 'saved', task: () => Promise<void>): Promise<boolean> => {
    try {
      await task();
      reporter.over(what);
      return true;
    } catch (error) {
      if (!signal.aborted) reporter.trouble(what, error);
      wake.within(timing.again);
      return false;
    }
  };
  let restored = false;
  while (!signal.aborted) {
    const looked = await attempt('read', async () => {
      await steps.watcher.ensure();
      if (!restored) await steps.restore(signal);
      restored = true;
      await steps.look(signal);
    });
    if (looked) steps.looked();
    if (looked) await attempt('saved', steps.save);
    wake.within(timing.rescan);
    await wake.wait(signal);
  }
  await steps.watcher.stop();
}

/** TrustedAccess resources declared in a folder. No cluster is needed, and none is touched. */
export function createManifestStore(options: ManifestStoreOptions): ManifestStore {
  const { directory, clock, log, watch = watchFolder } = options;
  const files = statusFiles(options.statusDirectory ?? join(directory, '.status'), log);
  const records = createRecords(files);
  const reporter = createReporter(log, directory);
  const wake = createWake(clock);
  const { look, isPending } = createFolderReader({
    readFolder: folderReader(directory),
    records,
    reporter,
    wake,
    clock,
  });
  const synced = Promise.withResolvers<void>();
  let isSynced = false;
  const steps: Steps = {
    restore: async (signal) => records.restore(await files.load(signal)),
    look,
    looked() {
      if (isSynced || isPending()) return;
      isSynced = true;
      synced.resolve();
      for (const { name } of records.all()) records.changed.next(name);
    },
    save: records.save,
    watcher: createWatcher(
      watch,
      directory,
      () => wake.whenQuiet(timing.quiet, timing.noisy),
      reporter.unwatched,
    ),
  };
  return {
    ...faceOf(records, wake, () => isSynced),
    run: (signal) => follow(steps, wake, reporter, signal),
    synced: synced.promise,
    ready: () => reporter.state(isSynced, records.all().length),
  };
}

function faceOf(records: Records, wake: Wake, isSynced: () => boolean): ResourceStore {
  return {
    changes$: defer(() =>
      concat(
        from(isSynced() ? records.all().map(({ name }) => name) : []),
        records.changed.pipe(filter(isSynced)),
      ),
    ),
    get(name) {
      const record = isSynced() ? records.get(name) : undefined;
      return record && storedOf(record);
    },
    ...resourcesIn(() => (isSynced() ? records.all().map(storedOf) : [])),
    async writeStatus(metadata, status, signal) {
      signal.throwIfAborted();
      return await records.writeStatus(metadata, status);
    },
    async setFinalizer(metadata, present, signal) {
      signal.throwIfAborted();
      await records.setFinalizer(metadata, present);
      // A manifest that came back while its resource was being deleted declares a new one.
      wake.within(timing.quiet);
    },
  };
}

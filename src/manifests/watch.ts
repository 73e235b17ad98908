import { basename, dirname, resolve } from 'node:path';
import { identityOf } from './folder.ts';

/** Calls `changed` when something in the folder may have changed, too often rather than too seldom. */
export type Watch = (
  directory: string,
  changed: () => void,
  failed: (error: unknown) => void,
) => Promise<() => Promise<void>>;

/**
 * The folder through chokidar, symbolic links followed. Its raw notices count too: a mounted ConfigMap changes by
 * a swap of the link behind its files, which is no change of a file to chokidar.
 */
export const watchFolder: Watch = async (directory, changed, failed) => {
  const { watch } = await import('chokidar');
  const folder = resolve(directory);
  const watcher = watch(directory, {
    ignoreInitial: true,
    depth: 0,
    // What the operator writes itself must not wake it.
    ignored: (path) => basename(path) === '.status' && resolve(dirname(path)) === folder,
  });
  watcher.on('all', changed).on('raw', changed).on('error', failed);
  // Only then nothing is missed any more.
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return () => watcher.close();
};

export interface Watcher {
  /** Watches the folder that is there now. Rejects when there is none. */
  ensure(): Promise<void>;
  stop(): Promise<void>;
}

export function createWatcher(
  watch: Watch,
  directory: string,
  changed: () => void,
  failed: (error: unknown) => void,
): Watcher {
  let watched: string | undefined;
  let stop = async () => {};
  return {
    async ensure() {
      const identity = await identityOf(directory);
      // What watched the old folder hears nothing of one that took its place.
      if (identity === watched) return;
      await stop();
      stop = async () => {};
      watched = identity;
      try {
        stop = await watch(directory, changed, failed);
      } catch (error) {
        failed(error);
      }
    },
    stop: () => stop(),
  };
}

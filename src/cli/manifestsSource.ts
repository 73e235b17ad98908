import { createManifestStore } from '../manifests/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { always } from './leadership.ts';
import type { Source } from './operator.ts';
import { systemClock } from './systemClock.ts';

/** Resources of a folder of YAML files: no cluster, and nobody to share the work with. */
export function manifestsSource(directory: string, logger: Logger, statusDirectory?: string): Source {
  const store = createManifestStore({
    directory,
    clock: systemClock,
    log: logger,
    ...(statusDirectory !== undefined && { statusDirectory }),
  });
  return {
    store,
    synced: store.synced,
    run: store.run,
    checks: { ready: store.ready, alive: () => ({ ok: true, message: 'no lease needed' }) },
    lead: always,
    close: async () => undefined,
  };
}

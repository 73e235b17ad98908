import { join } from 'node:path';
import type { Metadata, TrustedAccessSpec, TrustedAccessStatus } from '../../crds/trustedAccess.ts';
import { readTrustedAccess } from '../../crds/validate.ts';
import { isObject } from '../../crds/walk.ts';
import { ApiError, hasCode } from '../../kubernetes/api.ts';
import { statusFiles } from '../../manifests/statusFiles.ts';
import { oneLine } from '../../text/plainText.ts';
import type { Clock } from '../../time/clock.ts';
import { type ClusterOptions, listItems, listResources, withCluster } from '../plan/clusterResources.ts';
import { eventRecords } from './kubernetesEvents.ts';
import type { HistoryEntry } from './record.ts';
import type { LeftOut } from './report.ts';

/** A resource whose history is asked for. */
export interface Looked {
  readonly metadata: Metadata;
  readonly status: TrustedAccessStatus;
  /** Absent: it cannot be read by this version. */
  readonly spec?: TrustedAccessSpec;
  /** As the API server keeps them; absent in a folder. */
  readonly managedFields?: unknown;
}

export interface Subjects {
  readonly looked: readonly Looked[];
  readonly events: readonly HistoryEntry[];
  readonly leftOut: readonly LeftOut[];
}

/** Resources of the cluster with its events. Rejects with an error for people when the resources cannot be listed. */
export function clusterSubjects(
  options: ClusterOptions,
  name: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Subjects> {
  return withCluster(options, clock, async (api) => {
    const items = await listResources(api, options, signal);
    const looked = items
      .flatMap(lookedAt)
      .filter(({ metadata }) => name === undefined || metadata.name === name);
    const names = new Set(looked.map(({ metadata }) => metadata.name));
    const about = name === undefined ? '' : `,regarding.name=${name}`;
    try {
      const events = await listItems(
        {
          api,
          // Where events about cluster-scoped objects live.
          path: '/apis/events.k8s.io/v1/namespaces/default/events',
          fieldSelector: `regarding.kind=TrustedAccess${about}`,
        },
        signal,
      );
      // A resource that is gone is asked for by its name alone.
      const found = eventRecords(events).filter(({ resource }) => resource === name || names.has(resource));
      return { looked, events: found, leftOut: [] };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const resources = [...names];
      return { looked, events: [], leftOut: [eventsLeftOut(error, resources)] };
    }
  });
}

function eventsLeftOut(error: ApiError, resources: string[]): LeftOut {
  return {
    source: 'Event',
    resources,
    ...(hasCode(error, 403) && { permission: 'list events.events.k8s.io in namespace default' }),
    message: oneLine(error.message),
  };
}

function lookedAt(item: unknown): Looked[] {
  const read = readTrustedAccess(item);
  if (!read) return [];
  const metadata = isObject(item) && isObject(item['metadata']) ? item['metadata'] : {};
  const managedFields = metadata['managedFields'];
  return read.kind === 'Valid'
    ? [{ ...read.resource, managedFields }]
    : [{ metadata: read.metadata, status: read.status, managedFields }];
}

/** Resources of a folder, from the status files that the operator keeps in it; a folder has no events. */
export async function folderSubjects(
  directory: string,
  statusDirectory: string | undefined,
  name: string | undefined,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<Subjects> {
  const place = statusDirectory ?? join(directory, '.status');
  const report = (_: object, message: string) => warn(message);
  const records = await statusFiles(place, {
    debug: () => {},
    info: () => {},
    warn: report,
    error: report,
  }).load(signal);
  if (records.length === 0)
    throw new Error(`${place} has no status file: the operator has not reconciled ${directory}`);
  const looked = records
    .filter((record) => name === undefined || record.name === name)
    .map(({ spec, status, ...record }): Looked => {
      const { uid, generation, creationTimestamp, deletionTimestamp } = record;
      const metadata: Metadata = {
        name: record.name,
        uid,
        generation,
        creationTimestamp,
        resourceVersion: '',
        finalizers: [...record.finalizers],
        annotations: { ...record.annotations },
        labels: { ...record.labels },
        ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      };
      return { metadata, status, ...(spec && { spec }) };
    });
  return { looked, events: [], leftOut: [] };
}

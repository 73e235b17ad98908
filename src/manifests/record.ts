import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { Stored } from '../controller/ports.ts';
import {
  apiVersion,
  group,
  kind,
  type Metadata,
  type TrustedAccess,
  type TrustedAccessSpec,
  type TrustedAccessStatus,
} from '../crds/trustedAccess.ts';
import { readStatus, readTrustedAccess } from '../crds/validate.ts';

/** What an API server would keep of a resource. Records are replaced, never changed. */
export interface ResourceRecord {
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly generation: number;
  /** Counts what happened to the record except to its status. */
  readonly revision: number;
  readonly deletionTimestamp?: string;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The last spec that was accepted; absent: there was none yet. */
  readonly spec?: TrustedAccessSpec;
  /** Why the manifest, as it is now, is not accepted; empty: it is. */
  readonly problems: readonly string[];
  /** The file that declares it, or did last. */
  readonly file: string;
  readonly status: TrustedAccessStatus;
}

const manifestAnnotation = `${group}/manifest`;

/** The same name is the same resource, also when its status file was lost. */
function uidOf(name: string): string {
  const hex = createHash('sha256').update(`${group}/${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const fresh = (name: string, now: string): ResourceRecord => ({
  name,
  uid: uidOf(name),
  creationTimestamp: now,
  generation: 1,
  revision: 0,
  finalizers: [],
  annotations: {},
  labels: {},
  problems: [],
  file: '',
  status: readStatus(undefined),
});

/** The same record when nothing changed, so that nobody is told of nothing. */
export function revised(before: ResourceRecord | undefined, next: ResourceRecord): ResourceRecord {
  return before && isDeepStrictEqual(before, next) ? before : { ...next, revision: next.revision + 1 };
}

/** A valid manifest was read. */
export function declared(
  before: ResourceRecord | undefined,
  { metadata, spec }: TrustedAccess,
  file: string,
  now: string,
): ResourceRecord {
  const base = before ?? fresh(metadata.name, now);
  const changed = base.spec !== undefined && !isDeepStrictEqual(base.spec, spec);
  const { annotations, labels } = metadata;
  const generation = base.generation + (changed ? 1 : 0);
  return revised(before, { ...base, generation, annotations, labels, spec, problems: [], file });
}

/** A manifest was read that is not accepted: the last accepted spec stays, but nothing acts on it. */
export function refused(
  before: ResourceRecord | undefined,
  name: string,
  problems: readonly string[],
  file: string,
  now: string,
): ResourceRecord {
  return revised(before, { ...(before ?? fresh(name, now)), problems, file });
}

/** The manifest is gone; undefined: so is the resource, as no finalizer holds it. */
export function removed(before: ResourceRecord, now: string): ResourceRecord | undefined {
  if (before.finalizers.length === 0) return undefined;
  return revised(before, { ...before, problems: [], deletionTimestamp: before.deletionTimestamp ?? now });
}

function metadataOf(record: ResourceRecord): Metadata {
  return {
    name: record.name,
    uid: record.uid,
    generation: record.generation,
    resourceVersion: String(record.revision),
    creationTimestamp: record.creationTimestamp,
    ...(record.deletionTimestamp !== undefined && { deletionTimestamp: record.deletionTimestamp }),
    finalizers: [...record.finalizers],
    annotations: { ...record.annotations },
    labels: { ...record.labels },
  };
}

const shown = new WeakMap<ResourceRecord, Stored>();

/** A record as the controller sees it: the same object for the same record. */
export function storedOf(record: ResourceRecord): Stored {
  const known = shown.get(record);
  if (known) return known;
  const metadata = metadataOf(record);
  const { spec, status, problems } = record;
  const stored: Stored =
    spec !== undefined && problems.length === 0
      ? { kind: 'Valid', resource: { metadata, spec, status } }
      : { kind: 'Invalid', metadata, status, problems };
  shown.set(record, stored);
  return stored;
}

/** The resource as it was accepted last, whatever the manifest says now. */
export function acceptedOf(record: ResourceRecord): TrustedAccess | undefined {
  const { spec, status } = record;
  return spec && { metadata: metadataOf(record), spec, status };
}

const head = ` trusted-access writes this file after every change: the actual state and what the operator did.
 Edit the manifest instead; nothing that is changed here is obeyed.`;

/** The status file: the resource as an API server would show it. */
export function fileText(record: ResourceRecord): string {
  const { resourceVersion: _, ...metadata } = metadataOf(record);
  const annotations = { ...metadata.annotations, [manifestAnnotation]: record.file };
  const shown = {
    apiVersion,
    kind,
    metadata: { ...metadata, annotations },
    spec: record.spec,
    status: record.status,
  };
  const comment = head.replaceAll(/^/gm, '#');
  return `${comment}\n${stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** What an earlier run wrote; undefined when it is no status file. */
export function recordFrom(value: unknown): ResourceRecord | undefined {
  const read = readTrustedAccess(value);
  if (!read) return undefined;
  const valid = read.kind === 'Valid';
  const { metadata, status } = valid ? read.resource : read;
  const { [manifestAnnotation]: file = '', ...annotations } = metadata.annotations;
  const { name, uid, creationTimestamp, generation, finalizers, labels, deletionTimestamp } = metadata;
  return {
    ...{ name, uid, creationTimestamp, generation, finalizers, labels, annotations, file, status },
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(valid && { spec: read.resource.spec }),
    problems: [],
    revision: 0,
  };
}

import { Subject } from 'rxjs';
import type { Metadata, TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { finalizer } from '../crds/trustedAccess.ts';
import { type ResourceRecord, revised } from './record.ts';
import type { StatusFiles } from './statusFiles.ts';

/** What is kept of the resources, in memory and in the status files. One change of a record at a time. */
export interface Records {
  readonly changed: Subject<string>;
  restore(records: readonly ResourceRecord[]): void;
  get(name: string): ResourceRecord | undefined;
  all(): readonly ResourceRecord[];
  /** Puts a record in the place of `before`; undefined removes it. Nothing happens when another change came first. */
  replace(name: string, before: ResourceRecord | undefined, next: ResourceRecord | undefined): boolean;
  /** Writes what was not written yet; rejects with the first failure, after having tried all. */
  save(): Promise<void>;
  writeStatus(metadata: Metadata, status: TrustedAccessStatus): Promise<boolean>;
  setFinalizer(metadata: Metadata, present: boolean): Promise<void>;
}

function oneAtATime(): <T>(name: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, task) => {
    const run = (last.get(name) ?? Promise.resolve()).then(task);
    const settled: Promise<unknown> = run
      .catch(() => {})
      .finally(() => last.get(name) === settled && last.delete(name));
    last.set(name, settled);
    return run;
  };
}

export function createRecords(files: StatusFiles): Records {
  const records = new Map<string, ResourceRecord>();
  const unsaved = new Set<string>();
  const changed = new Subject<string>();
  const inTurn = oneAtATime();

  const put = (name: string, next: ResourceRecord | undefined) => {
    if (next) records.set(name, next);
    else records.delete(name);
    changed.next(name);
  };

  const saveOne = async (name: string): Promise<void> => {
    const record = records.get(name);
    await (record ? files.write(record) : files.remove(name));
    if (records.get(name) === record) unsaved.delete(name);
  };

  return {
    changed,
    restore(saved) {
      for (const record of saved) records.set(record.name, record);
    },
    get: (name) => records.get(name),
    all: () => [...records.values()],
    replace(name, before, next) {
      if (before === next) return true;
      if (records.get(name) !== before) return false;
      unsaved.add(name);
      put(name, next);
      return true;
    },
    async save() {
      const results = await Promise.allSettled([...unsaved].map((name) => inTurn(name, () => saveOne(name))));
      const failure = results.find((result) => result.status === 'rejected');
      if (failure) throw failure.reason;
    },
    writeStatus: ({ name, uid }, status) =>
      inTurn(name, async () => {
        const record = records.get(name);
        if (record?.uid !== uid) return false;
        await files.write({ ...record, status });
        const now = records.get(name);
        if (now) records.set(name, { ...now, status });
        return true;
      }),
    setFinalizer: ({ name, uid, resourceVersion }, present) =>
      inTurn(name, async () => {
        const record = records.get(name);
        if (record?.uid !== uid || record.finalizers.includes(finalizer) === present) return;
        if (String(record.revision) !== resourceVersion) throw new Error(`${name} changed in the meantime`);
        const finalizers = present ? [finalizer] : [];
        const next = revised(record, { ...record, finalizers });
        const released = !present && record.deletionTimestamp !== undefined;
        await (released ? files.remove(name) : files.write(next));
        if (records.get(name) !== record) throw new Error(`${name} changed in the meantime`);
        put(name, released ? undefined : next);
      }),
  };
}

import { watch } from 'node:fs';
import type { Random } from '../../../src/sandbox/random.ts';
import type { SimulatedAws } from '../../../src/sandbox/simulatedAws.ts';

/** When a process is killed: at its n-th call to AWS, its n-th change there, the n-th stir of a status file, or by time. */
export interface Moment {
  readonly kind: 'call' | 'change' | 'file' | 'time';
  /** Which of them, from 1; of time: milliseconds. */
  readonly n: number;
}

const most = { call: 24, change: 4, file: 8, time: 1_000 } as const;
const kinds = ['change', 'change', 'call', 'file', 'time'] as const;
/** Milliseconds after which it is killed anyhow, at rest: there was nothing more to do. */
const patience = 1_500;

export function someMoment(random: Random): Moment {
  const kind = kinds[Math.floor(random() * kinds.length)] ?? 'time';
  return { kind, n: 1 + Math.floor(random() * most[kind]) };
}

/** Calls `kill` in that moment. Of a call and a change: AWS did it, and the answer is not sent yet. */
export async function atMoment(
  { kind, n }: Moment,
  where: { readonly aws: SimulatedAws; readonly statusFolder: string },
  kill: () => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  const reach = (count: number) => {
    if (seen < n && count >= n) {
      kill();
      resolve();
    }
    seen = count;
  };
  const timer = setTimeout(() => reach(n), kind === 'time' ? n : patience);
  const unsubscribe = where.aws.journal.subscribe(({ caller, readOnly, service }) => {
    if (service !== 'organizations' || !caller?.arn.includes('trusted-access-operator')) return;
    if (kind === 'call' || (kind === 'change' && !readOnly)) reach(seen + 1);
  });
  const watcher = kind === 'file' ? watch(where.statusFolder, () => reach(seen + 1)) : undefined;
  await promise;
  clearTimeout(timer);
  unsubscribe();
  watcher?.close();
}

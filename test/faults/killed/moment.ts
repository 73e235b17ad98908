import type { Random } from '../../../sandbox/aws/random.ts';
import type { SimulatedAws } from '../../../sandbox/aws/simulatedAws.ts';

/** When a process is killed: at its n-th call to AWS, its n-th change there, the n-th stir where statuses are, or by time. */
export interface Moment {
  readonly kind: 'call' | 'change' | 'status' | 'time';
  /** Which of them, from 1; of time: milliseconds. */
  readonly n: number;
}

const most = { call: 24, change: 4, status: 8, time: 1_000 } as const;
const kinds = ['change', 'change', 'call', 'status', 'time'] as const;
/** Milliseconds after which it is killed anyhow, at rest: there was nothing more to do. */
const patience = 1_500;

export function someMoment(random: Random): Moment {
  const kind = kinds[Math.floor(random() * kinds.length)] ?? 'time';
  return { kind, n: 1 + Math.floor(random() * most[kind]) };
}

/** Where it is seen that a status is written: calls `stir` each time, until the returned function is called. */
export type Stirs = (stir: () => void) => () => void;

/** Calls `kill` in that moment. Of a call and a change: AWS did it, and the answer is not sent yet. */
export async function atMoment(
  { kind, n }: Moment,
  where: { readonly aws: SimulatedAws; readonly stirs: Stirs },
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
  const still = kind === 'status' ? where.stirs(() => reach(seen + 1)) : () => {};
  await promise;
  clearTimeout(timer);
  unsubscribe();
  still();
}

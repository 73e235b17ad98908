import type { Clock } from '../../time/clock.ts';
import type { Terminal } from '../terminal.ts';

/** Milliseconds of silence that nobody wonders about. */
const quiet = 2_000;

export interface Progress {
  /** One more is done. */
  step(): void;
  end(): void;
}

/** Says on standard error every two seconds how far it is: «looked at 3 of 40 …». */
export function startProgress(
  { terminal, clock }: { readonly terminal: Pick<Terminal, 'err'>; readonly clock: Clock },
  what: string,
  total: number,
): Progress {
  let done = 0;
  let cancel: () => void;
  const report = () => {
    terminal.err(`${what}: ${done} of ${total} …`);
    cancel = clock.after(quiet, report);
  };
  cancel = clock.after(quiet, report);
  return {
    step() {
      done += 1;
    },
    end: () => cancel(),
  };
}

/** Works on several at a time, in order; the first rejection ends it. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

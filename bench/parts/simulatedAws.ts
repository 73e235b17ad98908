/**
 * A simulated AWS with many organizations, in a process of its own so that its work is not measured as the operator's.
 * Speaks the real protocols; keeps the documented rates unless told otherwise.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { reapWithUs } from '../../test/harness/reaper.ts';
import { serveBenchAws } from './simulatedAwsServer.ts';

export interface BenchAwsOptions {
  readonly organizations: number;
  /** Principals enabled at the start in each. */
  readonly enabled: readonly string[];
  readonly throttles?: 'off';
  /** Events flow: trail, rule, queue and dead-letter queue as `setup` makes them. */
  readonly events?: boolean;
}

export interface Settled {
  readonly environment: NodeJS.ProcessEnv;
  /** A role in the management account of each organization. */
  readonly roles: readonly string[];
  readonly queueUrl?: string;
  /** For bare measurements: a queue with nothing in it. */
  readonly bareQueueUrl?: string;
}

/** One change made behind the operator's back, in milliseconds since the epoch. */
export interface Drill {
  readonly changed: number;
  /** The event was handed to the operator; absent when it looked by itself. */
  readonly received?: number;
  /** The operator's last read to begin before its correction was answered. */
  readonly seen: number;
  readonly corrected: number;
  readonly verified: number;
  /** Milliseconds on the operator's processor from the receipt of the event, or else from its last read, to the correction. */
  readonly processor: number;
  /** Calls of the operator between the receipt of the event, or else the change, and the correction. */
  readonly reads: number;
}

export type Question =
  | { readonly ask: 'counts' }
  | { readonly ask: 'reset' }
  | { readonly ask: 'drill'; readonly principal: string; readonly pid: number }
  | { readonly ask: 'send'; readonly queueUrl: string };

export interface BenchAws extends Settled, AsyncDisposable {
  /** Calls since the start or `reset`, by operation, the operator's alone. */
  counts(): Promise<Readonly<Record<string, number>>>;
  reset(): Promise<void>;
  /** Somebody disables the principal in the first organization; resolves when the operator, that process, has put it right. */
  drill(principal: string, pid: number): Promise<Drill>;
  /** Puts a message into the queue; resolves with the moment it was put, in milliseconds since the epoch. */
  send(queueUrl: string): Promise<number>;
}

if (process.send !== undefined && process.argv[2]?.startsWith('{'))
  await serveBenchAws(JSON.parse(process.argv[2]));

export async function openBenchAws(options: BenchAwsOptions): Promise<BenchAws> {
  const child = fork(import.meta.filename, [JSON.stringify(options)]);
  const forget = reapWithUs(child.pid ?? 0);
  child.setMaxListeners(0);
  const over = ended(child);
  over.catch(() => undefined);
  const [settled]: Settled[] = await Promise.race([once(child, 'message'), over]);
  if (settled === undefined) throw new Error('the simulated AWS did not start');
  let number = 0;
  const ask = async <T>(question: Question): Promise<T> => {
    number += 1;
    const wanted = number;
    child.send({ number: wanted, question });
    for (;;) {
      const [answer] = await Promise.race([once(child, 'message'), over]);
      if (answer.number === wanted) return answer.value;
    }
  };
  return {
    ...settled,
    counts: () => ask({ ask: 'counts' }),
    reset: () => ask({ ask: 'reset' }),
    drill: (principal, pid) => ask({ ask: 'drill', principal, pid }),
    send: (queueUrl) => ask({ ask: 'send', queueUrl }),
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
      forget();
    },
  };
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the simulated AWS ended with ${code}`);
}

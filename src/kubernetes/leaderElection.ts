import type { Clock, Random } from '../time/clock.ts';
import { pause } from '../time/sleep.ts';
import { createStopwatch, type Mark, type Stopwatch } from '../time/stopwatch.ts';
import type { KubernetesApi } from './api.ts';
import { createLease, type Lease } from './lease.ts';
import { createTrouble, type Log } from './log.ts';

export interface LeaderElectionOptions {
  /** A connection of its own: renewals must not wait behind other calls. */
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly name: string;
  /** Another one for each process that ever runs, for example pod name and a UUID. */
  readonly identity: string;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets, as performance.now gives. */
  readonly uptime: () => number;
  readonly random: Random;
  readonly log: Log;
  /** Milliseconds; the defaults are client-go's 15 s, 10 s and 2 s. */
  readonly leaseDuration?: number;
  readonly renewDeadline?: number;
  readonly retryPeriod?: number;
  /** Milliseconds the work may take to end after a stop, default 30 s. */
  readonly stopGrace?: number;
  /** Milliseconds between two tries to acquire, default `retryPeriod`. */
  readonly acquirePeriod?: number;
  /** Whether a clean stop gives the lease back, so that the next one need not wait; default true. */
  readonly releases?: boolean;
  /** Another one holds it; default: a line in the log. */
  readonly onStandby?: (holder: string) => void;
}

export interface LeadersWork {
  /**
   * `lost` is aborted the moment the lease is lost, before another can take it: every write must stop then.
   * The work ends, and the promise settles, when `lost` is aborted or when the whole process stops; until then
   * the lease is renewed.
   */
  onStartedLeading(lost: AbortSignal): Promise<void>;
  onStoppedLeading?(): void;
}

export interface LeaderElector {
  /** Leads whenever it can, until `stop` is aborted and the work has ended; then releases the lease. Never rejects. */
  run(work: LeadersWork, stop: AbortSignal): Promise<void>;
  isLeader(): boolean;
  /** False when work goes on although the lease was not renewed for longer than it lasts: end the process. */
  healthy(): boolean;
}

export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

type Times = Required<
  Pick<
    LeaderElectionOptions,
    'leaseDuration' | 'renewDeadline' | 'retryPeriod' | 'stopGrace' | 'acquirePeriod'
  >
>;

interface Term {
  readonly lost: AbortController;
  renewed: Mark;
}

interface Election extends Pick<LeaderElectionOptions, 'clock' | 'random' | 'log' | 'name' | 'identity'> {
  readonly lease: Lease;
  readonly stopwatch: Stopwatch;
  readonly times: Times;
  readonly onStandby: (holder: string) => void;
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function acquire(election: Election, stop: AbortSignal): Promise<Mark | undefined> {
  const { clock, random, log, lease, times, name } = election;
  const trouble = createTrouble(log);
  let holder: string | undefined;
  while (!stop.aborted) {
    try {
      const attempt = await lease.attempt(stop);
      trouble.over(`lease ${name}: reached again`);
      if (attempt.kind === 'Held') return attempt.since;
      if (attempt.holder !== holder) election.onStandby(attempt.holder);
      holder = attempt.holder;
    } catch (error) {
      if (!stop.aborted) trouble.reported(`lease ${name}: ${sentence(error)}`);
    }
    await pause(clock, times.acquirePeriod * (1 + 1.2 * random()), stop);
  }
  return undefined;
}

/** Renews until the term is lost or `over` is aborted. */
async function renew(election: Election, term: Term, over: AbortSignal): Promise<void> {
  const { clock, lease, log, stopwatch, times, name } = election;
  const trouble = createTrouble(log);
  const lose = (why: string) => {
    if (!over.aborted) term.lost.abort(new LeaseLostError(`lease ${name}: ${why}`));
  };
  const expire = () => lose(`not renewed within ${times.renewDeadline / 1_000} s`);
  let cancel = clock.after(times.renewDeadline - stopwatch.atMost(term.renewed), expire);
  const ended = AbortSignal.any([term.lost.signal, over]);
  for (;;) {
    await pause(clock, times.retryPeriod, ended);
    if (ended.aborted) break;
    try {
      const attempt = await lease.attempt(ended);
      if (ended.aborted) break;
      trouble.over(`lease ${name}: renewed again`);
      if (attempt.kind === 'HeldByOther') {
        lose(`taken by ${attempt.holder}`);
        break;
      }
      term.renewed = attempt.since;
      cancel();
      cancel = clock.after(times.renewDeadline - stopwatch.atMost(attempt.since), expire);
    } catch (error) {
      if (!ended.aborted) trouble.reported(`lease ${name}: cannot be renewed: ${sentence(error)}`);
    }
  }
  cancel();
}

export function createLeaderElector(options: LeaderElectionOptions): LeaderElector {
  const { clock, random, log, name, identity } = options;
  const times: Times = {
    leaseDuration: options.leaseDuration ?? 15_000,
    renewDeadline: options.renewDeadline ?? 10_000,
    retryPeriod: options.retryPeriod ?? 2_000,
    stopGrace: options.stopGrace ?? 30_000,
    acquirePeriod: options.acquirePeriod ?? options.retryPeriod ?? 2_000,
  };
  const standBy = (holder: string) => log.info({ holder }, `lease ${name}: held by ${holder}, standing by`);
  const { releases = true, onStandby = standBy } = options;
  const stopwatch = createStopwatch(clock, options.uptime);
  const lease = createLease({
    ...options,
    stopwatch,
    duration: times.leaseDuration,
    callTimeout: times.renewDeadline / 2,
  });
  const election: Election = { clock, random, log, name, identity, lease, stopwatch, times, onStandby };
  let term: Term | undefined;

  const lead = async (current: Term, work: LeadersWork, stop: AbortSignal): Promise<void> => {
    const over = new AbortController();
    current.lost.signal.addEventListener('abort', () => {
      log.warn({}, `${sentence(current.lost.signal.reason)}: stopping every write`);
      work.onStoppedLeading?.();
    });
    const start = async () => work.onStartedLeading(current.lost.signal);
    const working = start()
      .catch((error: unknown) => log.error({ err: error }, `work ended: ${sentence(error)}`))
      .finally(() => over.abort());
    const impatience = new AbortController();
    const hurry = async () => {
      await pause(clock, times.stopGrace, impatience.signal);
      if (!impatience.signal.aborted) current.lost.abort(new LeaseLostError('the work did not end in time'));
    };
    const onStop = () => void hurry();
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    await renew(election, current, over.signal);
    await working;
    stop.removeEventListener('abort', onStop);
    impatience.abort();
    if (!current.lost.signal.aborted) work.onStoppedLeading?.();
  };

  const release = async (): Promise<void> => {
    if (!releases) return;
    try {
      await lease.release(new AbortController().signal);
      log.info({}, `lease ${name}: released`);
    } catch (error) {
      log.warn({}, `lease ${name}: could not release it; it expires without renewal: ${sentence(error)}`);
    }
  };

  return {
    async run(work, stop) {
      while (!stop.aborted) {
        const since = await acquire(election, stop);
        if (since === undefined) return;
        if (stop.aborted) return release();
        log.info({ identity }, `lease ${name}: acquired, leading`);
        const current: Term = { lost: new AbortController(), renewed: since };
        term = current;
        await lead(current, work, stop);
        term = undefined;
        if (!current.lost.signal.aborted) return release();
      }
    },
    isLeader: () =>
      term !== undefined && !term.lost.signal.aborted && stopwatch.atMost(term.renewed) < times.renewDeadline,
    healthy: () => term === undefined || stopwatch.atMost(term.renewed) <= times.leaseDuration,
  };
}

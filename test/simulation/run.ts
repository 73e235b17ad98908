import { judge } from './ending.ts';
import { calm, happen } from './occurrences.ts';
import { declaration, declare, sso } from './users.ts';
import { createSimulatedWorld, type SimulatedWorld, type SimulatedWorldOptions } from './world.ts';

const minute = 60_000;

export interface RunOptions extends SimulatedWorldOptions {
  /** How long something may happen, about; default half an hour. */
  readonly hours?: number;
}

export interface Run {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly history: readonly string[];
  /** Milliseconds of simulated time. */
  readonly lasted: number;
}

/** Milliseconds. */
const heels = 600;
/** Milliseconds without a write that are rest: longer than the longest backoff and the longest interval of a run. */
const quiet = 35 * minute;
/** Milliseconds after which it must have come to rest. */
const patience = 180 * minute;

/** One life of the operator: a time in which anything may happen, then calm, in which it has to come to rest. */
export async function simulate({ hours = 0.5, ...options }: RunOptions): Promise<Run> {
  const simulated = createSimulatedWorld(options);
  const { time, random, cluster, history, monitor } = simulated;
  const began = time.now();
  declare(cluster.server, 'sso', declaration(random, sso));
  await simulated.start();
  if (random() < 0.5) await simulated.start();
  // Nine of ten clusters have one installation.
  if (random() < 0.1) await simulated.start('others');
  const until = began + hours * 60 * minute;
  const apart = Math.max(10 * minute, (hours * 60 * minute) / 60);
  while (time.now() < until) {
    // Often right on each other's heels: in the middle of what the last one brought about.
    const pause = random() < 0.3 ? heels : apart * random() ** 2;
    await time.advance(Math.round(pause * random()));
    await happen(simulated);
  }
  await calm(simulated);
  const restless = await comeToRest(simulated);
  const violations = [...monitor.violations, ...restless, ...judge(simulated)];
  simulated.end();
  return { seed: options.seed, violations, history: history.lines, lasted: time.now() - began };
}

/** Calls a minute, of all processes together, that are more than renewing, polling and listening need. */
const busy = 120;

async function comeToRest({ time, monitor }: SimulatedWorld): Promise<readonly string[]> {
  const until = time.now() + patience;
  const { counts } = monitor;
  const slice = 5 * minute;
  let last = { ...counts };
  let since = time.now();
  while (time.now() < until) {
    await time.advance(slice);
    const now = { ...counts };
    const isQuiet = now.aws === last.aws && now.status === last.status;
    const rate = (now.calls - last.calls) / (slice / minute);
    last = now;
    if (!isQuiet) since = time.now();
    else if (time.now() - since >= quiet)
      return rate > busy ? [`${rate} calls a minute although it rests`] : [];
  }
  return ['never comes to rest'];
}

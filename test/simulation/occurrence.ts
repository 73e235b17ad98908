import type { Random } from '../../src/time/clock.ts';
import type { SimulatedWorld } from './world.ts';

/** Something that happens. What it says goes into the history; undefined: nothing came of it. */
export type Occurrence = (simulated: SimulatedWorld) => string | undefined | Promise<string | undefined>;

export const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;
export const minute = 60_000;

/** For a while, then it is over whatever came in between. */
export function meanwhile(
  { time, random, history }: SimulatedWorld,
  most: number,
  over: () => void,
  what: string,
): string {
  const lasts = Math.round(most * random());
  time.after(lasts, () => {
    over();
    history.add('world', `over: ${what}`);
  });
  return `${what}, for ${Math.round(lasts / 1_000)} s`;
}

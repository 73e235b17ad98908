import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../sandbox/aws/random.ts';
import { effort } from '../../harness/effort.ts';
import { type Lane, openLane } from './lane.ts';
import { someMoment } from './moment.ts';
import { subjects, type Wish } from './wishes.ts';

/** How often a process is killed; SEED gives other moments. */
const rounds = effort('ROUNDS', 40, 1_000);
const seed = Number(process.env['SEED'] ?? 1);
/** Side by side, as most of the time is waiting. */
const lanes = 5;

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

const killed = { SIGKILL: 0, SIGTERM: 0 };

/** Somebody changes AWS, a person changes the manifests, and the process that is at it is killed once or more often. */
async function round(lane: Lane, n: number, random: Random): Promise<number> {
  const incident: string[] = [`round ${n}`];
  let kills = 0;
  try {
    const meddled = pick(random, subjects);
    // What nobody declares is nobody's to put right.
    if (random() < 0.5 && lane.isDeclared(meddled.name))
      incident.push(lane.meddle(meddled.principal, random));
    const wishes = new Map<string, Wish>(subjects.map(({ name, wishes }) => [name, pick(random, wishes)]));
    incident.push(...[...wishes].map(([name, { title }]) => `${name}: ${title}`));
    await lane.declare(wishes, n);
    do {
      const moment = someMoment(random);
      const signal = random() < 0.7 ? 'SIGKILL' : 'SIGTERM';
      incident.push(`${signal} at ${moment.kind} ${moment.n}`);
      kills += 1;
      killed[signal] += 1;
      await lane.killAt(moment, signal);
      await lane.start();
    } while (random() < 0.4);
    await lane.converged(n);
    expect(lane.violations).toEqual([]);
    return kills;
  } catch (error) {
    throw new Error(`SEED=${seed}: ${incident.join(', ')}: ${error}\n${lane.log()}`, { cause: error });
  }
}

describe('an operator that is killed at any moment, again and again', () => {
  it('ends in sync each time it is started again, touches nothing else, and opens no gap without the rollback record', async () => {
    const run = async (_: unknown, index: number) => {
      const random = seededRandom(seed * 1_000 + index);
      await using lane = await openLane();
      await lane.declare(new Map(subjects.map(({ name, wishes: [wish] }) => [name, wish as Wish])), 0);
      await lane.start();
      await lane.converged(0);
      for (let n = 1, left = rounds / lanes; left > 0; n += 1) left -= await round(lane, n, random);
      await lane.stop();
      expect(lane.violations).toEqual([]);
    };
    const ends = await Promise.allSettled(Array.from({ length: lanes }, run));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    console.info(`SEED=${seed}: killed ${killed.SIGKILL} times, asked to stop ${killed.SIGTERM} times`);
  }, 3_600_000);
});

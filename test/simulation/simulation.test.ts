import { describe, expect, it } from 'vitest';
import { simulate } from './run.ts';

const seeds = Number(process.env['SIMULATION_RUNS'] ?? 2_000);
const slices = 40;

/** What the run printed, for whoever has to understand it; `make simulate RUNS=1 SEED=…` gives the same. */
const report = (seed: number, offences: readonly string[], history: readonly string[]): string =>
  `seed ${seed}: ${offences.join('; ')}\n${history.join('\n')}`;

describe('The whole operator on simulated Kubernetes and AWS, whatever happens to it, ends as declared', () => {
  const perSlice = Math.ceil(seeds / slices);
  it.each(Array.from({ length: slices }, (_, slice) => slice * perSlice + 1))(
    `${perSlice} lives from seed %i on`,
    { timeout: 240_000 },
    async (first) => {
      for (let seed = first; seed < first + perSlice; seed += 1) {
        const { offences, history } = await simulate({ seed });
        if (offences.length > 0) expect.fail(report(seed, offences, history));
      }
    },
  );
});

describe('A seed', () => {
  it('replays exactly, to the millisecond', async () => {
    for (const seed of [3, 14, 77]) {
      const [first, second] = [await simulate({ seed }), await simulate({ seed })];
      expect(second).toEqual(first);
      expect(first.history.length).toBeGreaterThan(10);
    }
  });
});

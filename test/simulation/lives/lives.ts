import { describe, expect, it } from 'vitest';
import { effort } from '../../harness/effort.ts';
import { simulate } from '../run.ts';

const seeds = effort('SIMULATION_RUNS', 300, 2_000);
/** Files among which the seeds are dealt out, so that they run side by side. */
const files = 4;
const slices = 10;

/** What the run printed, for whoever has to understand it; `make simulate RUNS=1 SEED=…` gives the same. */
const report = (seed: number, violations: readonly string[], history: readonly string[]): string =>
  `seed ${seed}: ${violations.join('; ')}\n${history.join('\n')}`;

/** The lives of one of the files, counted from 0. */
export function testLives(file: number): void {
  describe('The whole operator on simulated Kubernetes and AWS, whatever happens to it, ends as declared', () => {
    const perSlice = Math.ceil(seeds / files / slices);
    it.each(Array.from({ length: slices }, (_, slice) => (file * slices + slice) * perSlice + 1))(
      `${perSlice} lives from seed %i on`,
      { timeout: 480_000 },
      async (first) => {
        for (let seed = first; seed < first + perSlice; seed += 1) {
          const { violations, history } = await simulate({ seed });
          if (violations.length > 0) expect.fail(report(seed, violations, history));
        }
      },
    );
  });
}

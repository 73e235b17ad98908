/** How many plans a second: the pure decision alone, over a mixture of declarations and states of AWS. */
import fc from 'fast-check';
import { plan } from '../src/controller/plan.ts';
import { view } from '../test/controller/fakes/views.ts';
import { report, spread } from './parts/report.ts';

const views = fc.sample(view, { numRuns: 2_000, seed: 1 });
const rounds = 9;
const seconds = 0.5;

function rate(work: (any: (typeof views)[number]) => unknown): number {
  const began = performance.now();
  let done = 0;
  let kept: unknown;
  while (performance.now() - began < seconds * 1_000) {
    for (const any of views) kept = work(any);
    done += views.length;
  }
  if (kept === undefined) throw new Error('nothing came of it');
  return done / ((performance.now() - began) / 1_000);
}

rate(plan);
report('plan', [
  {
    what: 'plans a second',
    unit: '1/s',
    value: spread(Array.from({ length: rounds }, () => rate(plan))),
  },
]);

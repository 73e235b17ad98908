/**
 * `make simulate SEED=… RUNS=… HOURS=…`: lives of the whole operator on simulated Kubernetes and AWS, one a seed.
 * A seed gives the same life each time; RUNS=1 tells it. HOURS: how long something may happen, about; default half
 * an hour. Exit code 1 when a promise was broken.
 */
import { simulate } from '../test/simulation/run.ts';

function numberFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`${name}=${text} is no positive number\n`);
  process.exit(2);
}

const first = numberFrom('SEED', 1);
const runs = numberFrom('RUNS', 100);
const hours = numberFrom('HOURS', 0.5);
const began = performance.now();
const seconds = () => (performance.now() - began) / 1_000;
let reported = 0;
let failed = 0;
let simulated = 0;
for (let seed = first; seed < first + runs; seed += 1) {
  const { violations, history, lasted } = await simulate({ seed, hours });
  simulated += lasted;
  if (runs === 1 || violations.length > 0) process.stdout.write(`${history.join('\n')}\n`);
  if (violations.length > 0) {
    failed += 1;
    process.stdout.write(`seed ${seed} FAILED: ${violations.join('; ')}\n`);
  }
  if (process.stderr.isTTY && seconds() - reported > 2) {
    reported = seconds();
    process.stderr.write(`\r${seed - first + 1} of ${runs}, ${failed} failed `);
  }
}
process.stdout.write(
  `${runs} lives from seed ${first}, ${Math.round(simulated / 3_600_000)} simulated hours in ${seconds().toFixed(1)} s: ${failed} failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

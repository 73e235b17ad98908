import { expect, it } from 'vitest';
import { isProof } from '../harness/effort.ts';
import { declarations } from './declarations.ts';
import { runToRest } from './ending.ts';
import { reported } from './explore.ts';
import type { Node } from './node.ts';
import { declared } from './scenarios.ts';
import { after, steps } from './steps.ts';
import { everySuccession } from './twoLeaders.ts';

const names = Object.keys(declarations);
const declaring = (name: string) => steps.find(({ title }) => title === `declare ${name}`);

/** The old leader has come to its end with one declaration when another takes its place. */
async function declaredAnew(before: string, next: string): Promise<Node> {
  const end = await runToRest(declared(before), () => false);
  const step = declaring(next);
  if (end === 'Known' || !step) throw new Error(`from ${before} to ${next}`);
  return before === next ? end.node : after(end.node, step);
}

it('the next leader corrects a late call of the previous leader, whenever it arrives', async () => {
  let ways = 0;
  let changes = 0;
  const ended = new Set<string>();
  for (const before of names) {
    for (const next of names) {
      // Every change to and from a swap; the proof has every change.
      if (!isProof && before !== 'security' && next !== 'security') continue;
      changes += 1;
      const node = await declaredAnew(before, next);
      ways += await reported(node, () => everySuccession(node, ended));
    }
  }
  console.info(`two leaders: ${ways} ways of ${changes} changes`);
  expect(ways).toBeGreaterThan(isProof ? 10_000 : 5_000);
}, 3_600_000);

import { describe, it } from 'vitest';
import { sso } from '../controller/fakes/aws.ts';
import { createStore } from '../controller/fakes/store.ts';
import { organizationState, tools } from '../controller/fakes/world.ts';
import { declarations } from './declarations.ts';
import { type Explored, explore } from './explore.ts';
import { type Node, name, newMind } from './node.ts';

const start = Date.UTC(2026, 0, 1);

/** Access is on and `tools` administers; the resource is new. */
function declared(title: string, slotFirst: boolean): Node {
  const store = createStore({ now: () => start });
  store.apply(name, declarations[title] ?? {});
  const organization = organizationState({
    enabled: { [sso]: new Date(0).toISOString() },
    administrators: { [sso]: { [tools]: new Date(0).toISOString() } },
  });
  return {
    now: start,
    aws: [[organization]],
    slotFirst,
    store: store.snapshot(),
    mind: newMind(),
    gap: undefined,
    ownChangeAt: undefined,
    path: {
      step: `${title} is declared${slotFirst ? ', and AWS looks at the slot first' : ''}`,
      before: undefined,
    },
  };
}

describe('Whatever happens, in whatever order', () => {
  const [events, faults] = (process.env['MODEL_BOUND'] ?? '1,1').split(',').map(Number);
  it('ends in the declared state or a stall with a true reason, and nothing forbidden is done on the way', async () => {
    const explored: Explored = { states: 0, looks: 0, endings: 0 };
    const starts = Object.keys(declarations).flatMap((title) => [
      declared(title, false),
      declared(title, true),
    ]);
    const began = performance.now();
    await explore(starts, { events: events ?? 1, faults: faults ?? 1 }, explored);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(
      `${events} events and ${faults} faults: ${explored.states} states, ${explored.looks} looks, ${explored.endings} endings, ${seconds} s`,
    );
  }, 600_000);
});

import { describe, expect, it } from 'vitest';
import { isProof } from '../harness/effort.ts';
import { declarations } from './declarations.ts';
import { type Bound, type Explored, explore } from './explore.ts';
import type { Node } from './node.ts';
import { declared } from './scenarios.ts';

const aSwap = [declared('security'), declared('security', true)];
/** Whether AWS looks at the slot first makes a difference in a swap: the proof has it for every declaration. */
const everyStart = Object.keys(declarations).flatMap((title) =>
  isProof || title === 'security' ? [declared(title), declared(title, true)] : [declared(title)],
);

/** Deeper, for an evening: MODEL_BOUND=2,1 and so on, from a swap alone with MODEL_START=swap. */
const startsFrom = process.env['MODEL_START'] === 'swap' ? aSwap : everyStart;
const deeper = process.env['MODEL_BOUND']?.split(',').map(Number);
const bounds: readonly [string, readonly Node[], Bound][] = deeper
  ? [['everything', startsFrom, { events: deeper[0] ?? 1, faults: deeper[1] ?? 1 }]]
  : [
      ['one event and one fault, from every declaration', everyStart, { events: 1, faults: 1 }],
      ['two faults in a swap', aSwap, { events: 0, faults: 2 }],
      ['two events about a swap', aSwap, { events: 2, faults: 0 }],
      [
        'two events about administrators that are not managed',
        [declared('unmanaged')],
        { events: 2, faults: 0 },
      ],
    ];

describe('Whatever happens, in whatever order', () => {
  it.each(bounds)(
    '%s: the operator ends in sync or stalled with a true reason, and does nothing forbidden [P-37]',
    async (title, starts, bound) => {
      const explored: Explored = { states: 0, observations: 0, endings: 0 };
      await explore(starts, bound, explored);
      expect(explored.states).toBeGreaterThan(500);
      console.info(
        `${title}: ${explored.states} states, ${explored.observations} reconciles, ${explored.endings} end states`,
      );
    },
    3_600_000,
  );
});

import { declarations } from '../declarations.ts';
import type { StartingPoint } from '../scenarios.ts';
import type * as Searches from './searches.ts';
import type { Seed } from './seeding.ts';

export interface Defect {
  /** What the operator does wrong. */
  readonly title: string;
  readonly mistake: Seed;
  /** What finds it. */
  readonly search: (searches: typeof Searches) => Promise<Searches.Found>;
  /** The property that is broken, in the words of what found it. */
  readonly found: string;
}

export const declared = (title: string, change: Partial<StartingPoint> = {}): StartingPoint => ({
  spec: declarations[title] ?? {},
  ...change,
});

/** A search through the model: so much may happen, and so many calls go wrong. */
export const model =
  (startingPoints: readonly StartingPoint[], events: number, faults: number): Defect['search'] =>
  ({ exploring }) =>
    exploring(startingPoints, { events, faults });

import { declarations } from '../declarations.ts';
import type { Scenery } from '../scenes.ts';
import type * as Hunts from './hunts.ts';
import type { Seed } from './seeding.ts';

export interface Defect extends Seed {
  /** What the operator does wrong. */
  readonly title: string;
  /** What finds it. */
  readonly hunt: (hunts: typeof Hunts) => Promise<Hunts.Found>;
  /** The property that is broken, in the words of what found it. */
  readonly found: string;
}

export const declared = (title: string, change: Partial<Scenery> = {}): Scenery => ({
  spec: declarations[title] ?? {},
  ...change,
});

/** A hunt through the model: so much may happen, and so many calls go wrong. */
export const model =
  (sceneries: readonly Scenery[], events: number, faults: number): Defect['hunt'] =>
  ({ exploring }) =>
    exploring(sceneries, { events, faults });

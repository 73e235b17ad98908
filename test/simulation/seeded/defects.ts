import type { Seed } from '../../model/seeded/seeding.ts';

export interface Defect extends Seed {
  /** What the operator does wrong. */
  readonly title: string;
  /** The promise that is broken, in the words of what found it. */
  readonly found: RegExp;
  /** A life that shows it. When the simulation changes another one may, a few later. */
  readonly life: number;
}

/** Mistakes outside the decisions, which no look at the decisions alone can find. */
export const defects: readonly Defect[] = [
  {
    title: 'takes a lease that another renews',
    file: '../kubernetes/lease.ts',
    words: 'const mayTake = (record: LeaseRecord): boolean =>\n',
    instead: 'const mayTake = (record: LeaseRecord): boolean =>\n    true ||\n',
    found: /has the lease/,
    life: 1,
  },
  {
    title: 'works on when it could not renew its lease',
    file: '../kubernetes/leaderElection.ts',
    words: 'if (!over.aborted) term.lost.abort(',
    instead: 'if (false) term.lost.abort(',
    found: /has the lease/,
    life: 11,
  },
  {
    title: 'hears through its watch only of what is gone',
    file: '../kubernetes/watching.ts',
    words: 'if (type !== undefined) options.onChange({ type, object: event.object });',
    instead: "if (type === 'Removed') options.onChange({ type, object: event.object });",
    found: /lags behind|never said|not as declared/,
    life: 1,
  },
  {
    title: 'disables although Identity Center is in use',
    file: 'plan.ts',
    words: "if (use.value.use === 'Idle') return undefined;",
    instead: 'return undefined;',
    found: /Identity Center is in use/,
    life: 25,
  },
];

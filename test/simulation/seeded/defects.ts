import type { Seed } from '../../model/seeded/seeding.ts';

export interface Defect extends Seed {
  /** What the operator does wrong. */
  readonly title: string;
  /** The promise that is broken, in the words of what found it. */
  readonly found: RegExp;
}

/** Mistakes outside the decisions, which no look at the decisions alone can find. */
export const defects: readonly Defect[] = [
  {
    title: 'takes a lease that another renews',
    file: '../kubernetes/lease.ts',
    words: 'const mayTake = (record: LeaseRecord): boolean =>\n',
    instead: 'const mayTake = (record: LeaseRecord): boolean =>\n    true ||\n',
    found: /has the lease/,
  },
  {
    title: 'works on when it could not renew its lease',
    file: '../kubernetes/leaderElection.ts',
    words: 'if (!over.aborted) term.lost.abort(',
    instead: 'if (false) term.lost.abort(',
    found: /has the lease/,
  },
  {
    title: 'asks again and again for a history that is compacted away',
    file: '../kubernetes/reflector.ts',
    words: "if (end.kind === 'Expired') {",
    instead: "if (end.kind === 'Expired') {\n      return;\n    }\n    if (false) {",
    found: /lags behind|never said|not as declared|calls a minute/,
  },
  {
    title: 'hears through its watch only of what is gone',
    file: '../kubernetes/watching.ts',
    words: 'if (type !== undefined) options.onChange({ type, object: event.object });',
    instead: "if (type === 'Removed') options.onChange({ type, object: event.object });",
    found: /lags behind|never said|not as declared/,
  },
  {
    title: 'knows nothing of a gap that a former process left open',
    file: 'administrators.ts',
    words: 'return replacement && current.length === 0 ? replacement : undefined;',
    instead: 'return undefined;',
    found: /has nobody where/,
  },
  {
    title: 'loses a wake-up that comes while the resource is worked on',
    file: 'queue.ts',
    words: 'again.set(key, at);',
    instead: '',
    found: /lags behind|not as declared/,
  },
  {
    title: 'disables although Identity Center is in use',
    file: 'plan.ts',
    words: "if (use.value.use === 'Idle') return undefined;",
    instead: 'return undefined;',
    found: /Identity Center is in use/,
  },
  {
    title: 'tries a swap that was refused again and again',
    file: 'administrators.ts',
    words: 'return same ? past : undefined;',
    instead: 'return undefined;',
    found: /never comes to rest/,
  },
];

import { type Seed, seed } from '../../model/seeded/seeding.ts';

export interface Defect {
  /** What the operator does wrong. */
  readonly title: string;
  readonly mistake: Seed;
  /** The promise that is broken, in the words of what found it. */
  readonly found: RegExp;
  /** A life that shows it. When the simulation changes another one may, a few later. */
  readonly life: number;
}

/** Mistakes outside the decisions, which no test of the decisions alone can find. */
export const defects: readonly Defect[] = [
  {
    title: 'takes a lease that another renews',
    mistake: seed('kubernetes/lease.ts', 'createLease', (createLease) => (options) => {
      const atLeast = () => Number.POSITIVE_INFINITY;
      return createLease({ ...options, stopwatch: { ...options.stopwatch, atLeast } });
    }),
    found: /has the lease/,
    life: 1,
  },
  {
    title: 'goes on writing when it could not renew its lease',
    mistake: seed(
      'kubernetes/leaderElection.ts',
      'createLeaderElector',
      (createLeaderElector) => (options) => {
        const elector = createLeaderElector(options);
        return {
          ...elector,
          run: (work, stop) => {
            const onStartedLeading = () => work.onStartedLeading(new AbortController().signal);
            return elector.run({ onStartedLeading }, stop);
          },
        };
      },
    ),
    found: /has the lease/,
    life: 11,
  },
  {
    title: 'ignores that another installation may write',
    mistake: seed('kubernetes/installation.ts', 'createInstallation', (createInstallation) => (options) => {
      const installation = createInstallation(options);
      return {
        ...installation,
        async run(work, stop) {
          const idle = (lost: AbortSignal) =>
            new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve(), { once: true }));
          await Promise.all([installation.run(idle, stop), work(stop)]);
        },
      };
    }),
    found: /while \w+\/trusted-access-operator may write/,
    life: 3,
  },
  {
    title: 'gets only deletions from its watch',
    mistake: seed('kubernetes/watching.ts', 'watch', (watch) => (options, signal) => {
      const onChange: typeof options.onChange = (change) => {
        if (change.type === 'Removed') options.onChange(change);
      };
      return watch({ ...options, onChange }, signal);
    }),
    found: /lags behind|never said|not as declared/,
    life: 1,
  },
  {
    title: 'disables although Identity Center is in use',
    mistake: seed('controller/guards.ts', 'disableGuard', (disableGuard) => (input) => {
      const obstacle = disableGuard(input);
      return input.details?.identityCenter?.known && obstacle?.reason === 'InUse' ? undefined : obstacle;
    }),
    found: /disabled while in use/,
    life: 25,
  },
];

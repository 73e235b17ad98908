/** Decisions that were wrong when a person acts. Each breaks a promise to users. */
import { isoTime } from '../../../src/time/clock.ts';
import { tools } from '../../controller/fakes/world.ts';
import type * as Searches from '../oldDecisions.ts';
import type { StartingPoint } from '../scenarios.ts';
import { seeds } from './all.ts';
import { declared } from './defect.ts';
import { type Seed, seed } from './seeding.ts';

type Search = (all: typeof Searches) => Promise<Searches.Broken>;

const exploring =
  (startingPoint: StartingPoint, events: number, faults: number): Search =>
  (all) =>
    all.exploring([startingPoint], { events, faults });

/** The mistake of that title among those of the model. */
function mistakeOf(title: string): Seed {
  const found = seeds.find((defect) => defect.title === title);
  if (!found) throw new Error(`no mistake is called ${title}`);
  return found.mistake;
}

/** Accounts that this process registered once are not asked for again before the previous one is deregistered. */
const asksOnce = seed('controller/swapSteps.ts', 'replaceAdministrator', (replaceAdministrator) => {
  const accepted = new Set<string>();
  return async (swap, steps) => {
    const { from, to } = swap;
    if (accepted.has(to)) {
      const now = isoTime(steps.clock.now());
      const { uid } = steps.resource.metadata;
      await steps.storeRecord({ uid, from, to, startedAt: now, deregisteredAt: now });
      await steps.write({ kind: 'DeregisterAdministrator', accountId: from });
    }
    const applied = await replaceAdministrator(swap, steps);
    if (applied.kind === 'Done') accepted.add(to);
    return applied;
  };
});

const remains = 'remains administrator, which the spec does not name';

/** What the operator does wrong, how it is put in, what finds it, and the broken promise. */
export const oldDecisions: readonly (readonly [
  title: string,
  mistake: Seed,
  search: Search,
  found: string,
])[] = [
  [
    'takes the gap of an eviction for its own after a refused swap',
    mistakeOf('registers the previous administrator of a refused swap again when a person evicts it'),
    ({ evicting }) => evicting(),
    `registered ${tools}, which the spec does not name`,
  ],
  [
    'opens a gap without asking for an account that it registered once',
    asksOnce,
    exploring(declared('security'), 2, 0),
    'left no administrator although AWS accepts none of the declared accounts',
  ],
  [
    'acts on a rollback record of another resource',
    mistakeOf('acts on a rollback record of another resource'),
    exploring(declared('unmanaged'), 2, 0),
    'which the spec does not name',
  ],
  [
    'acts on a rollback record of the day before',
    mistakeOf('acts on a rollback record of the day before'),
    exploring(declared('unmanaged'), 2, 0),
    'which the spec does not name',
  ],
  [
    'gives a swap up for a reason of AWS that it does not know',
    mistakeOf('takes a reason of AWS that it does not know for final'),
    exploring(declared('security'), 0, 1),
    remains,
  ],
  [
    'leaves an intruder for half an hour once the drift is contended',
    mistakeOf('holds a contended correction back for long, whatever it leaves meanwhile'),
    ({ insisting }) => insisting(),
    remains,
  ],
  [
    'undoes at a deletion with Revoke what an heir declares',
    mistakeOf('revokes what a waiting resource declares'),
    ({ renaming }) => renaming(),
    'which nothing asks for',
  ],
  [
    'lets a waiting resource take over while the holder is made anew',
    mistakeOf('takes over as soon as the holder is missing'),
    ({ recreating }) => recreating(),
    remains,
  ],
];

import type { Clock } from './clock.ts';
import { createJournal, type Journal } from './journal.ts';
import { type Random, randomUuid, randomWord, seededRandom } from './random.ts';
import { type CloudRecord, type Stream, stream } from './records.ts';
import type { Service } from './service.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { emptyState, type WorldState } from './state.ts';

/** All that the services share: what is remembered, how it behaves, time, chance, and who listens. */
export interface World {
  /** Replaced as a whole by `restore`. */
  state: WorldState;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly services: Map<string, Service>;
  /** What CloudTrail would write down: every call, reads too. */
  readonly records: Stream<CloudRecord>;
  readonly journal: Journal;
  /** Plugs in one more service. */
  add(service: Service): void;
  /** A copy of all that is remembered; to be put back with `restore`. */
  snapshot(): WorldState;
  restore(state: WorldState): void;
}

export interface WorldOptions {
  readonly clock: Clock;
  readonly seed?: number;
  readonly settings?: Partial<Settings>;
  /** How many requests the journal remembers. */
  readonly journalLimit?: number;
}

export function createWorld({ clock, seed = 1, settings = {}, journalLimit }: WorldOptions): World {
  const services = new Map<string, Service>();
  const world: World = {
    state: emptyState(),
    settings: { ...defaultSettings(), ...settings },
    clock,
    random: seededRandom(seed),
    services,
    records: stream<CloudRecord>(),
    journal: createJournal(journalLimit),
    add: (service) => void services.set(service.name, service),
    snapshot: () => structuredClone(world.state),
    restore: (state) => {
      world.state = structuredClone(state);
    },
  };
  return world;
}

/** The moment whose state a read sees. */
export function readMoment(world: World, operation: string): number {
  const now = world.clock.now();
  const { consistency } = world.settings;
  switch (consistency.kind) {
    case 'Strong':
      return now;
    case 'Stale':
      return now - consistency.window;
    case 'Seeded':
      return world.random() < consistency.probability
        ? now - Math.ceil(world.random() * consistency.window)
        : now;
    case 'Scripted':
      return now - consistency.lag({ operation, now });
  }
}

export function newRequestId(world: World): string {
  return randomUuid(world.random);
}

/** A word that no other has, such as `o-` and ten characters. */
export function newId(world: World, prefix: string, length: number): string {
  return `${prefix}${randomWord(world.random, length)}`;
}

/** As IAM writes its ids: AKIA, ASIA, AROA, AIDA and sixteen characters. */
export function newIamId(world: World, prefix: string): string {
  return `${prefix}${randomWord(world.random, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
}

export function newAccountId(world: World): string {
  for (;;) {
    const id = `${1 + Math.floor(world.random() * 9)}${randomWord(world.random, 11, '0123456789')}`;
    if (!world.state.accounts.has(id)) return id;
  }
}

import type { Heartbeat } from '../eventFormat/heartbeatEvent.ts';
import type { Clock } from '../time/clock.ts';
import { recentSet } from '../time/recentSet.ts';
import type { ChangeLog } from './changeLog.ts';
import { type Change, ignoredReasons, parseMessage } from './envelope.ts';
import type { OwnCalls } from './ownCalls.ts';
import { type WakeUp, wakeUpKey, wakeUpOf } from './wakeUps.ts';

/** What became of a message; each is counted as exactly one of these. */
export const messageOutcomes = [
  'WokeUp',
  /** Kept for attribution; no resource has to be reconciled for it. */
  'Noted',
  /** About an organization or a principal that no resource is for. */
  'NotManaged',
  'Own',
  'Doubled',
  'Failed',
  'Heartbeat',
  ...ignoredReasons,
] as const;
export type MessageOutcome = (typeof messageOutcomes)[number];

export interface IntakeOptions {
  readonly clock: Clock;
  readonly changeLog: ChangeLog;
  readonly own: OwnCalls;
  /** Names of the resources to wake. */
  readonly resourcesFor: (wakeUp: WakeUp) => readonly string[];
  /** Each change once, those of own calls too. */
  readonly onChange: (change: Change) => void;
  readonly onHeartbeat: (heartbeat: Heartbeat, queue: string) => void;
  readonly onMessage: (outcome: MessageOutcome, queue: string) => void;
  /** Milliseconds from the change, in whole seconds, to now. */
  readonly onLatency: (milliseconds: number) => void;
}

const rememberedEvents = 20_000;
const rememberedFor = 3_600_000;

/**
 * Parses message bodies, for all queues together, and returns the names of the resources to reconcile. Bodies given at
 * once that concern the same resources name them once. Never throws.
 */
export function createIntake(options: IntakeOptions) {
  const { clock, onMessage } = options;
  const seen = recentSet(clock, rememberedEvents, rememberedFor);

  const parse = (body: string, queue: string, due: Map<string, Due>): MessageOutcome => {
    const parsed = parseMessage(body, clock.now());
    switch (parsed.kind) {
      case 'Ignored':
        return parsed.reason;
      case 'Heartbeat':
        options.onHeartbeat(parsed.heartbeat, queue);
        return 'Heartbeat';
      case 'Failed':
        return seen.add(parsed.eventId) ? 'Failed' : 'Doubled';
      case 'Change':
        return seen.add(parsed.eventId) ? takeChange(parsed, due) : 'Doubled';
    }
  };

  const takeChange = (change: Change, due: Map<string, Due>): MessageOutcome => {
    options.onLatency(clock.now() - change.at);
    options.onChange(change);
    if (options.own.isOwn(change.marks)) return 'Own';
    // Before its resources are reconciled, so that they find who made it.
    options.changeLog.note(change);
    const wakeUp = wakeUpOf(change);
    if (wakeUp === undefined) return 'Noted';
    const key = wakeUpKey(wakeUp);
    const known = due.get(key) ?? { wakeUp, names: options.resourcesFor(wakeUp) };
    due.set(key, known);
    return known.names.length === 0 ? 'NotManaged' : 'WokeUp';
  };

  return (bodies: readonly string[], queue: string): readonly string[] => {
    const due = new Map<string, Due>();
    for (const body of bodies) onMessage(parse(body, queue, due), queue);
    return [...due.values()].flatMap(({ names }) => names);
  };
}

interface Due {
  readonly wakeUp: WakeUp;
  readonly names: readonly string[];
}

import type { Clock } from '../controller/ports.ts';
import { recentSet } from './bounded.ts';
import { type Change, ignoredReasons, parseMessage } from './envelope.ts';
import type { Heartbeat } from './heartbeatEvent.ts';
import type { Ledger } from './ledger.ts';
import type { OwnCalls } from './ownCalls.ts';
import { type WakeUp, wakeUpOf } from './wakeUps.ts';

/** What became of a message; each is counted as exactly one of these. */
export const messageOutcomes = [
  'WokeUp',
  /** Heard, and nobody need wake. */
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

export interface ListenerOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly own: OwnCalls;
  /** Names of the resources to wake. */
  readonly resourcesFor: (wakeUp: WakeUp) => readonly string[];
  readonly wake: (names: readonly string[], wakeUp: WakeUp) => void;
  readonly onHeartbeat: (heartbeat: Heartbeat, queue: string) => void;
  readonly onMessage: (outcome: MessageOutcome, queue: string) => void;
  /** Milliseconds from the change, in whole seconds, to now. */
  readonly onLatency: (milliseconds: number) => void;
}

const rememberedEvents = 20_000;
const rememberedFor = 3_600_000;

/**
 * Makes wake-ups and testimonies of message bodies, for all queues together. Bodies given at once that concern the same
 * resources wake them once. Never throws.
 */
export function createListener(options: ListenerOptions) {
  const { clock, onMessage } = options;
  const seen = recentSet(clock, rememberedEvents, rememberedFor);

  const hear = (body: string, queue: string, due: Map<string, Due>): MessageOutcome => {
    const heard = parseMessage(body, clock.now());
    switch (heard.kind) {
      case 'Ignored':
        return heard.reason;
      case 'Heartbeat':
        options.onHeartbeat(heard.heartbeat, queue);
        return 'Heartbeat';
      case 'Failed':
        return seen.add(heard.eventId) ? 'Failed' : 'Doubled';
      case 'Change':
        return seen.add(heard.eventId) ? hearChange(heard, due) : 'Doubled';
    }
  };

  const hearChange = (change: Change, due: Map<string, Due>): MessageOutcome => {
    options.onLatency(clock.now() - change.at);
    if (options.own.isOwn(change.marks)) return 'Own';
    // Before anybody wakes: who looks next finds the testimony.
    options.ledger.note(change);
    const wakeUp = wakeUpOf(change);
    if (wakeUp === undefined) return 'Noted';
    const key = keyOf(wakeUp);
    const known = due.get(key) ?? { wakeUp, names: options.resourcesFor(wakeUp) };
    due.set(key, known);
    return known.names.length === 0 ? 'NotManaged' : 'WokeUp';
  };

  return (bodies: readonly string[], queue: string): void => {
    const due = new Map<string, Due>();
    for (const body of bodies) onMessage(hear(body, queue, due), queue);
    for (const { names, wakeUp } of due.values()) if (names.length > 0) options.wake(names, wakeUp);
  };
}

interface Due {
  readonly wakeUp: WakeUp;
  readonly names: readonly string[];
}

function keyOf({ managementAccountId, affected }: WakeUp): string {
  return `${managementAccountId} ${affected.kind === 'Principal' ? affected.principal : '*'}`;
}

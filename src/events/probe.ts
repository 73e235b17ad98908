import { BusError, type EventBus } from '../awsApi/eventBus.ts';
import { type Heartbeat, heartbeatDetailType } from '../eventFormat/heartbeatEvent.ts';
import type { Clock } from '../time/clock.ts';
import { sleep } from '../time/sleep.ts';
import { parseMessage } from './envelope.ts';
import type { Queue, QueueMessage } from './sqsSource.ts';
import { isWrapping, type Wrapping } from './wrapping.ts';

export type ProbeResult = {
  /** Of the messages that were received besides. */
  readonly wrappings: readonly Wrapping[];
} & (
  | { readonly kind: 'CameBack'; readonly milliseconds: number }
  /** Perhaps none arrived, perhaps a running operator took them. */
  | { readonly kind: 'NotSeen'; readonly beats: number }
);

export interface ProbeOptions {
  readonly clock: Clock;
  readonly queue: Queue;
  readonly bus: EventBus;
  readonly instance: string;
  readonly clusterName: string;
  /** Milliseconds to look for it. Default 15,000. */
  readonly patience?: number;
}

const pollSeconds = 1;
const visibilitySeconds = 30;
/** Milliseconds before messages that are given back are looked at again. */
const breath = 500;
/** Milliseconds to the next heartbeat: a running operator may take one, but hardly all. */
const beatInterval = 2_500;
const batchSize = 10;

/**
 * Puts heartbeats on the bus and looks for one in the queue, for a person who wants to know now. Deletes its own and
 * nothing else. What else is received is given back at once; what comes a second time is kept hidden until the end, so that
 * the queue does not take it for poison and move it to the dead-letter queue. Rejects with a BusError, a QueueError or the
 * signal's reason.
 */
export async function probeRoundTrip(options: ProbeOptions, signal: AbortSignal): Promise<ProbeResult> {
  const { clock, queue, patience = 15_000 } = options;
  const others = strangers(queue, signal);
  const startedAt = clock.now();
  let beats = 0;
  const wrappings = new Set<Wrapping>();
  try {
    while (clock.now() - startedAt < patience) {
      if (clock.now() - startedAt >= beats * beatInterval) {
        beats += 1;
        await beat(options, beats, signal);
      }
      const messages = await queue.receive({ waitSeconds: pollSeconds, visibilitySeconds }, signal);
      for (const message of messages) addWrapping(wrappings, message, clock);
      const own = messages.flatMap((message) => heartbeatIn(message, options) ?? []);
      await others.met(messages.filter((message) => heartbeatIn(message, options) === undefined));
      const [first] = own;
      if (first !== undefined) {
        const milliseconds = clock.now() - first.sentAt;
        await queue.remove(
          own.map(({ message }) => message),
          signal,
        );
        return { kind: 'CameBack', milliseconds, wrappings: [...wrappings] };
      }
      await sleep(clock, breath, signal);
    }
    return { kind: 'NotSeen', beats, wrappings: [...wrappings] };
  } finally {
    await others.release();
  }
}

async function beat(
  { clock, bus, instance, clusterName }: ProbeOptions,
  sequence: number,
  signal: AbortSignal,
) {
  const sentAt = clock.now();
  const detail: Heartbeat = { eventName: 'Heartbeat', instance, clusterName, sequence, sentAt };
  const entry = {
    detailType: heartbeatDetailType,
    detail: JSON.stringify(detail),
    time: sentAt,
    resources: [],
  };
  const left = await bus.put([entry], signal);
  if (left.length > 0) throw new BusError('Transient', 'the event bus rejected the heartbeat');
}

function addWrapping(wrappings: Set<Wrapping>, { body }: QueueMessage, clock: Clock): void {
  const parsed = parseMessage(body, clock.now());
  if (parsed.kind === 'Ignored' && isWrapping(parsed.reason)) wrappings.add(parsed.reason);
}

function heartbeatIn(message: QueueMessage, { clock, instance }: ProbeOptions) {
  const received = parseMessage(message.body, clock.now());
  if (received.kind !== 'Heartbeat' || received.heartbeat.instance !== instance) return undefined;
  return { message, sentAt: received.heartbeat.sentAt };
}

/** Messages that are none of ours: each is received twice at most. */
function strangers(queue: Queue, signal: AbortSignal) {
  const known = new Set<string>();
  const kept: QueueMessage[] = [];
  return {
    async met(messages: readonly QueueMessage[]) {
      kept.push(...messages.filter(({ id }) => known.has(id)));
      const fresh = messages.filter(({ id }) => !known.has(id));
      for (const { id } of fresh) known.add(id);
      if (fresh.length > 0) await queue.setVisibility(fresh, 0, signal);
    },
    async release() {
      while (kept.length > 0) {
        // They come back by themselves if this fails.
        await queue.setVisibility(kept.splice(0, batchSize), 0, signal).catch(() => {});
      }
    },
  };
}

import type { Clock } from '../controller/ports.ts';
import { parseMessage } from './envelope.ts';
import type { EventBus } from './eventBus.ts';
import { type Heartbeat, heartbeatDetailType } from './heartbeatEvent.ts';
import { pause } from './pause.ts';
import type { Queue, QueueMessage } from './sqsSource.ts';

export type ProbeResult =
  | { readonly kind: 'CameBack'; readonly milliseconds: number }
  /** Perhaps it never arrived, perhaps a running operator took it. */
  | { readonly kind: 'NotSeen' };

export interface ProbeOptions {
  readonly clock: Clock;
  readonly queue: Queue;
  readonly bus: EventBus;
  readonly instance: string;
  readonly clusterName: string;
  /** Milliseconds to look for it. Default 15,000. */
  readonly patience?: number;
}

const pollSeconds = 2;
const visibilitySeconds = 10;
/** Milliseconds before messages that are given back are looked at again. */
const breath = 500;

/**
 * Puts one heartbeat on the bus and looks for it in the queue, for a person who wants to know now. Deletes it and nothing
 * else: whatever else is received is given back at once. Rejects with a BusError, a QueueError or the signal's reason.
 */
export async function probeRoundTrip(options: ProbeOptions, signal: AbortSignal): Promise<ProbeResult> {
  const { clock, queue, bus, instance, clusterName, patience = 15_000 } = options;
  const sentAt = clock.now();
  const detail: Heartbeat = { eventName: 'Heartbeat', instance, clusterName, sequence: 1, sentAt };
  const entry = {
    detailType: heartbeatDetailType,
    detail: JSON.stringify(detail),
    time: sentAt,
    resources: [],
  };
  await bus.put([entry], signal);
  const isOurs = ({ body }: QueueMessage) => {
    const heard = parseMessage(body, clock.now());
    return heard.kind === 'Heartbeat' && heard.heartbeat.instance === instance;
  };
  while (clock.now() - sentAt < patience) {
    const messages = await queue.receive({ waitSeconds: pollSeconds, visibilitySeconds }, signal);
    const { ours = [], others = [] } = Object.groupBy(messages, (message) =>
      isOurs(message) ? 'ours' : 'others',
    );
    if (others.length > 0) await queue.setVisibility(others, 0, signal);
    if (ours.length > 0) {
      const milliseconds = clock.now() - sentAt;
      await queue.remove(ours, signal);
      return { kind: 'CameBack', milliseconds };
    }
    await pause(clock, breath, signal);
  }
  return { kind: 'NotSeen' };
}

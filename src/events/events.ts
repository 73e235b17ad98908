import { defer, distinctUntilChanged, merge, mergeAll, mergeMap, Subject, skip, startWith } from 'rxjs';
import type { EventBus } from '../awsApi/eventBus.ts';
import type { QueueAddress } from '../awsApi/queueAddress.ts';
import {
  type DriftAttribution,
  type EventChannel,
  metadataOf,
  type Resources,
  type WakeUpSource,
} from '../controller/ports.ts';
import type { Clock, Random } from '../time/clock.ts';
import type { Winding } from '../time/streams.ts';
import { createAttribution } from './attribution.ts';
import { createChangeLog } from './changeLog.ts';
import { createChannel, type VerifiedChannel } from './channel.ts';
import { createHeartbeat, type DeliveryPath } from './heartbeat.ts';
import { createIntake, type MessageOutcome } from './intake.ts';
import { type ReadLinks, unreadLinks } from './links.ts';
import { createOwnCalls, type OwnCalls } from './ownCalls.ts';
import { consumeQueue, type Queue, type QueueError } from './sqsSource.ts';
import type { EventHistory } from './trailHistory.ts';
import { resourcesFor } from './wakeUps.ts';

/** What is worth counting and logging. Milliseconds throughout. Nothing of a message's body is told. */
export interface EventMeters {
  message(outcome: MessageOutcome, queue: string): void;
  latency(milliseconds: number): void;
  roundTrip(milliseconds: number, queue: string): void;
  /** A queue stopped or resumed answering, once for each change. */
  queue(queue: string, fault: QueueError | undefined): void;
  problem(message: string): void;
}

export interface EventsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** None: no events arrive, and drift is attributed by asking CloudTrail. */
  readonly queues: readonly QueueAddress[];
  /** Fresh at each start. */
  readonly instance: string;
  readonly clusterName: string;
  /** See OwnCallsOptions. */
  readonly instanceIn: (userAgent: string) => string | undefined;
  readonly resources: Resources;
  readonly meters: EventMeters;
  readonly openQueue: (address: QueueAddress) => Queue;
  /** The default bus that feeds this queue. */
  readonly openBus: (address: QueueAddress) => EventBus;
  readonly history: EventHistory;
  /** Absent: the links on the way of the events are not read, which changes nothing. */
  readonly readLinks?: ReadLinks;
  /** Milliseconds between heartbeats; see HeartbeatOptions. */
  readonly heartbeatInterval?: number;
  readonly eagerHeartbeatInterval?: number;
}

export interface Events {
  /** Delivery checks wake all resources when the channel opens or breaks; cloud events wake those that they concern. */
  readonly sources: readonly WakeUpSource[];
  readonly attribution: DriftAttribution;
  readonly channel: EventChannel & Pick<VerifiedChannel, 'accepted' | 'driftFound'>;
  readonly own: OwnCalls;
}

/** The event half of the operator: queues in, wake-ups and testimonies out. Makes no call before it is subscribed to or asked. */
export function createEvents(options: EventsOptions): Events {
  const { clock, random, queues, resources, meters } = options;
  const labels = labelsOf(queues);
  const heartbeat = createHeartbeat({
    clock,
    random,
    instance: options.instance,
    clusterName: options.clusterName,
    deliveryPaths: deliveryPathsOf(options, labels),
    onRoundTrip: meters.roundTrip,
    ...(options.heartbeatInterval !== undefined && { interval: options.heartbeatInterval }),
    ...(options.eagerHeartbeatInterval !== undefined && { eagerInterval: options.eagerHeartbeatInterval }),
  });
  const { readLinks = unreadLinks } = options;
  const verified = createChannel({ clock, heartbeat, queues: labels, readLinks });
  const channel: Events['channel'] = queues.length === 0 ? { ...verified, state: () => undefined } : verified;
  const own = createOwnCalls({ clock, instance: options.instance, instanceIn: options.instanceIn });
  const changeLog = createChangeLog({ clock, isOthers: own.isOthers });
  const take = createIntake({
    clock,
    changeLog,
    own,
    resourcesFor: (wakeUp) => resourcesFor(resources, wakeUp),
    onHeartbeat: heartbeat.returned,
    onChange: verified.arrived,
    onMessage: meters.message,
    onLatency: meters.latency,
  });
  const received = heartbeat.received;
  const intakes = queues.map((address) =>
    consume(options, address, labels.get(address) ?? address.url, { take, received }),
  );
  const cloudEvents: WakeUpSource = {
    name: 'cloud events',
    wakeUps$: defer(() => {
      own.beginToLead();
      return merge(...intakes.map(({ values$ }) => values$.pipe(mergeAll())));
    }),
    idle: async () => void (await Promise.all(intakes.map((intake) => intake.idle()))),
  };
  const names = () => resources.list().map((stored) => metadataOf(stored).name);
  const deliveryChecks: WakeUpSource = {
    name: 'delivery checks',
    wakeUps$: verified.changes$.pipe(mergeMap(names)),
  };

  return {
    sources: queues.length === 0 ? [cloudEvents] : [deliveryChecks, cloudEvents],
    channel,
    own,
    attribution: createAttribution({
      clock,
      changeLog,
      own,
      history: options.history,
      onProblem: meters.problem,
    }),
  };
}

interface Intake {
  readonly take: (bodies: readonly string[], queue: string) => readonly string[];
  readonly received: (queue: string, fault: QueueError | undefined) => void;
}

/** Emits the names of the resources that each batch of messages concerns. */
function consume(
  { clock, random, meters, openQueue }: EventsOptions,
  address: QueueAddress,
  label: string,
  { take, received }: Intake,
): Winding<readonly string[]> {
  const answers$ = new Subject<QueueError | undefined>();
  // Only that a queue stopped answering, why anew, or that it answers again.
  answers$
    .pipe(
      startWith(undefined),
      distinctUntilChanged((before, now) => before?.fault === now?.fault),
      skip(1),
    )
    .subscribe((fault) => meters.queue(label, fault));
  return consumeQueue({
    queue: openQueue(address),
    clock,
    random,
    handle: (bodies) => take(bodies, label),
    onReceive(fault) {
      received(label, fault);
      answers$.next(fault);
    },
    onRemovalFault: ({ message }) => meters.problem(`cannot delete messages of queue ${label}: ${message}`),
  });
}

/** The name of each queue, or its URL where two have the same name. */
function labelsOf(queues: readonly QueueAddress[]): ReadonlyMap<QueueAddress, string> {
  const names = queues.map(({ name }) => name);
  const isUnique = (name: string) => names.indexOf(name) === names.lastIndexOf(name);
  return new Map(queues.map((address) => [address, isUnique(address.name) ? address.name : address.url]));
}

/** Queues of one account and region are fed by one bus. */
function deliveryPathsOf(
  { queues, openBus }: EventsOptions,
  labels: ReadonlyMap<QueueAddress, string>,
): DeliveryPath[] {
  const groups = Map.groupBy(queues, ({ accountId, region }) => `${accountId} ${region}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ bus: openBus(first), queues: group.map((address) => labels.get(address) ?? address.url) }];
  });
}

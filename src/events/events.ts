import { type Observable, Subject } from 'rxjs';
import {
  type Clock,
  type DriftWitness,
  type EventChannel,
  metadataOf,
  type Random,
  type Resources,
  type Stored,
} from '../controller/ports.ts';
import { type CallerIdentity, learnIdentity } from './callerIdentity.ts';
import type { EventBus } from './eventBus.ts';
import { type Circuit, createHeartbeat } from './heartbeat.ts';
import { createLedger } from './ledger.ts';
import { createListener, type MessageOutcome } from './listener.ts';
import { createOwnCalls, type OwnCalls } from './ownCalls.ts';
import type { QueueAddress } from './queueAddress.ts';
import { consumeQueue, type Queue, type QueueError } from './sqsSource.ts';
import type { EventHistory } from './trailHistory.ts';
import { resourcesFor } from './wakeUps.ts';
import { createWitness } from './witness.ts';

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
  /** None: nothing is heard, and drift is attributed by asking CloudTrail. */
  readonly queues: readonly QueueAddress[];
  /** Fresh at each start. */
  readonly instance: string;
  readonly clusterName: string;
  /** See OwnCallsOptions. */
  readonly isOwnAgent: (userAgent: string) => boolean;
  readonly resources: Resources;
  readonly meters: EventMeters;
  readonly openQueue: (address: QueueAddress) => Queue;
  /** The default bus that feeds this queue. */
  readonly openBus: (address: QueueAddress) => EventBus;
  readonly history: EventHistory;
  readonly callerIdentity: CallerIdentity;
  /** Milliseconds between heartbeats; see HeartbeatOptions. */
  readonly heartbeatInterval?: number;
  readonly eagerHeartbeatInterval?: number;
}

export interface Events {
  /** Names of resources to look at again: an event speaks of them, or the channel opened or broke. */
  readonly wakeUps$: Observable<string>;
  readonly witness: DriftWitness;
  readonly channel: EventChannel;
  /** After every change of the channel's state. */
  readonly channelChanges$: Observable<void>;
  readonly own: OwnCalls;
  /** Listens until the signal is aborted, and then until everything received is deleted or given back. Never rejects. */
  listen(signal: AbortSignal): Promise<void>;
}

/** The event half of the operator: queues in, wake-ups and testimonies out. Makes no call before `listen` or `inquire`. */
export function createEvents(options: EventsOptions): Events {
  const { clock, random, queues, resources, meters } = options;
  const labels = labelsOf(queues);
  const wakeUps = new Subject<string>();
  const wake = (names: readonly string[]) => {
    for (const name of names) wakeUps.next(name);
  };
  const heartbeat = createHeartbeat({
    clock,
    random,
    instance: options.instance,
    clusterName: options.clusterName,
    circuits: circuitsOf(options, labels),
    onRoundTrip: meters.roundTrip,
    ...(options.heartbeatInterval !== undefined && { interval: options.heartbeatInterval }),
    ...(options.eagerHeartbeatInterval !== undefined && { eagerInterval: options.eagerHeartbeatInterval }),
  });
  const channel: EventChannel = { state: () => (queues.length === 0 ? undefined : heartbeat.state()) };
  const own = createOwnCalls({
    clock,
    isOwnAgent: options.isOwnAgent,
    assumedRoles: () => assumedRoles(resources.list()),
  });
  const ledger = createLedger({ clock, isOthers: own.isOthers });
  const hear = createListener({
    clock,
    ledger,
    own,
    resourcesFor: (wakeUp) => resourcesFor(resources, wakeUp),
    wake,
    onHeartbeat: heartbeat.heard,
    onMessage: meters.message,
    onLatency: meters.latency,
  });
  heartbeat.channelChanges$.subscribe(() => wake(resources.list().map((stored) => metadataOf(stored).name)));

  return {
    wakeUps$: wakeUps.asObservable(),
    channel,
    channelChanges$: heartbeat.channelChanges$,
    own,
    witness: createWitness({
      clock,
      ledger,
      own,
      isDriven: () => channel.state()?.driven ?? false,
      history: options.history,
      onProblem: meters.problem,
    }),
    async listen(signal) {
      const identity = learnIdentity(options.callerIdentity, options, signal).then((arn) => {
        if (arn !== undefined) own.addIdentity(arn);
      });
      if (queues.length === 0) return identity;
      const consuming = queues.map((address) => {
        const label = labels.get(address) ?? address.url;
        return consume(options, address, label, { hear, received: heartbeat.received }, signal);
      });
      await Promise.all([identity, heartbeat.run(signal), ...consuming]);
    },
  };
}

interface Ears {
  readonly hear: (bodies: readonly string[], queue: string) => void;
  readonly received: (queue: string, fault: QueueError | undefined) => void;
}

function consume(
  { clock, random, meters, openQueue }: EventsOptions,
  address: QueueAddress,
  label: string,
  { hear, received }: Ears,
  signal: AbortSignal,
): Promise<void> {
  const tell = onFaultChange((fault) => meters.queue(label, fault));
  return consumeQueue(
    {
      queue: openQueue(address),
      clock,
      random,
      handle: (bodies) => hear(bodies, label),
      onReceive(fault) {
        received(label, fault);
        tell(fault);
      },
      onRemovalFault: ({ message }) =>
        meters.problem(`messages of queue ${label} could not be deleted: ${message}`),
    },
    signal,
  );
}

/** The name of each queue, or its URL where two have the same name. */
function labelsOf(queues: readonly QueueAddress[]): ReadonlyMap<QueueAddress, string> {
  const names = queues.map(({ name }) => name);
  const isUnique = (name: string) => names.indexOf(name) === names.lastIndexOf(name);
  return new Map(queues.map((address) => [address, isUnique(address.name) ? address.name : address.url]));
}

/** Queues of one account and region are fed by one bus. */
function circuitsOf(
  { queues, openBus }: EventsOptions,
  labels: ReadonlyMap<QueueAddress, string>,
): Circuit[] {
  const groups = Map.groupBy(queues, ({ accountId, region }) => `${accountId} ${region}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ bus: openBus(first), queues: group.map((address) => labels.get(address) ?? address.url) }];
  });
}

function* assumedRoles(stored: readonly Stored[]): Iterable<string> {
  for (const entry of stored) {
    const roleArn = entry.kind === 'Valid' ? entry.resource.spec.organization?.roleArn : undefined;
    if (roleArn !== undefined) yield roleArn;
  }
}

/** Passes on only that a queue stopped answering, why anew, or that it answers again. */
function onFaultChange(tell: (fault: QueueError | undefined) => void) {
  let known: string | undefined;
  return (fault: QueueError | undefined) => {
    if (fault?.fault === known) return;
    known = fault?.fault;
    tell(fault);
  };
}

import type { SettingsFor } from '../awsApi/clientSettings.ts';
import { eventBridgeBus } from '../awsApi/eventBus.ts';
import { parseQueueUrl, type QueueAddress } from '../awsApi/queueAddress.ts';
import { createEvents, type EventMeters, type Events } from '../events/events.ts';
import { sqsQueue } from '../events/sqsQueue.ts';
import { cloudTrailHistory } from '../events/trailHistory.ts';
import { wrappingAdvice, wrappingReporter } from '../events/wrapping.ts';
import { createNotifier, type Notifier } from '../notifications/notifier.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { awsLinkFacts, linkReader } from './channelLinks.ts';
import type { OpenEventIntake, ResultSink } from './eventIntake.ts';
import { eventsOf } from './results.ts';
import type { RunOptions } from './runOptions.ts';
import { systemClock } from './systemClock.ts';
import { instanceReader } from './version.ts';

type EventIntakeOptions = Pick<RunOptions, 'eventQueue' | 'clusterName' | 'notifyBus'> & {
  /** Milliseconds between heartbeats, for those who cannot wait. */
  readonly heartbeatInterval?: number;
  readonly eagerHeartbeatInterval?: number;
};

/**
 * Queues to receive from, if any, CloudTrail to ask, and a bus to notify.
 * @throws QueueUrlError when a queue is not named by its URL
 */
export function eventIntakeFor(options: EventIntakeOptions, logger: Logger): OpenEventIntake {
  const queues: readonly QueueAddress[] = options.eventQueue.map(parseQueueUrl);
  const { heartbeatInterval, eagerHeartbeatInterval } = options;
  return ({ cloud, instance, measured, ownRequests$, ownIdentities$, acceptedWrites$, store }) => {
    const settingsFor = cloud.clientSettings;
    const events = createEvents({
      clock: systemClock,
      random: Math.random,
      queues,
      instance,
      clusterName: options.clusterName,
      instanceIn: instanceReader(options.clusterName),
      resources: store,
      meters: metersOf(measured, logger),
      openQueue: (address) => sqsQueue(address, settingsFor),
      openBus: ({ region }) => eventBridgeBus('default', region, settingsFor),
      history: cloudTrailHistory(settingsFor),
      readLinks: linkReader(awsLinkFacts(settingsFor), async () => (await settingsFor(undefined)).region),
      ...(heartbeatInterval !== undefined && { heartbeatInterval }),
      ...(eagerHeartbeatInterval !== undefined && { eagerHeartbeatInterval }),
    });
    ownRequests$.subscribe(events.own.addRequest);
    ownIdentities$.subscribe(events.own.addIdentity);
    acceptedWrites$.subscribe(events.channel.accepted);
    const { notifyBus } = options;
    const notifier =
      notifyBus === undefined ? [] : [openNotifier(notifyBus, options.clusterName, settingsFor, logger)];
    return { ...events, sinks: [reportingDrift(events.channel), ...notifier.map(notifying)] };
  };
}

/** Drift that a resync found contradicts that events arrive. */
export function reportingDrift({ driftFound }: Events['channel']): ResultSink {
  return (results$) => {
    eventsOf(results$).subscribe((notice) => {
      if (notice.kind !== 'DriftDetected' || notice.drift.detectedBy !== 'Resync') return;
      const { managementAccountId } = notice.organization ?? {};
      if (managementAccountId === undefined) return;
      driftFound({ kind: notice.drift.kind, principal: notice.resource.principal, managementAccountId });
    });
  };
}

function notifying(notifier: Notifier): ResultSink {
  return (results$) => {
    const over = new AbortController();
    eventsOf(results$).subscribe({ next: notifier.recorder.emit, complete: () => over.abort() });
    return notifier.run(over.signal);
  };
}

function openNotifier(bus: string, clusterName: string, settingsFor: SettingsFor, logger: Logger): Notifier {
  return createNotifier({
    clock: systemClock,
    random: Math.random,
    bus: eventBridgeBus(bus, undefined, settingsFor),
    clusterName,
    onOutcome: (outcome) => logger.debug({ bus }, `notification ${outcome}`),
    onProblem: (message) => logger.warn({ bus }, message),
  });
}

function metersOf(measured: Metrics, logger: Logger): EventMeters {
  const reportWrapping = wrappingReporter(systemClock, (wrapping, queue) => {
    const { cause, remedy } = wrappingAdvice[wrapping];
    logger.warn({ queue, wrapping }, `unreadable messages in the event queue: ${cause} ${remedy}`);
  });
  return {
    message(outcome, queue) {
      measured.event(outcome);
      reportWrapping(outcome, queue);
    },
    latency: (milliseconds) => measured.eventLatency(milliseconds / 1000),
    roundTrip: (milliseconds) => measured.heartbeat(milliseconds / 1000),
    queue(queue, fault) {
      if (fault) logger.warn({ queue, fault: fault.fault }, `event queue: ${fault.message}`);
      else logger.info({ queue }, 'event queue answers');
    },
    problem: (message) => logger.warn({}, message),
  };
}

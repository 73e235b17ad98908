import { randomUUID } from 'node:crypto';
import { stsCallerIdentity } from '../events/callerIdentity.ts';
import type { SettingsFor } from '../events/clientSettings.ts';
import { eventBridgeBus } from '../events/eventBus.ts';
import { createEvents, type EventMeters } from '../events/events.ts';
import { createNotifier, type Notifier } from '../events/notifier.ts';
import { parseQueueUrl, type QueueAddress } from '../events/queueAddress.ts';
import { sqsQueue } from '../events/sqsQueue.ts';
import { cloudTrailHistory } from '../events/trailHistory.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { OpenEars } from './ears.ts';
import type { RunOptions } from './runOptions.ts';
import { systemClock } from './systemClock.ts';
import { isUserAgentOf } from './version.ts';

type HearingOptions = Pick<RunOptions, 'eventQueue' | 'clusterName' | 'notifyBus'> & {
  /** Milliseconds between heartbeats, for those who cannot wait. */
  readonly heartbeatInterval?: number;
  readonly eagerHeartbeatInterval?: number;
};

/**
 * Queues to listen to, if any, and CloudTrail to ask.
 * @throws QueueUrlError when a queue is not named by its URL
 */
export function openEarsFor(options: HearingOptions, logger: Logger): OpenEars {
  const queues: readonly QueueAddress[] = options.eventQueue.map(parseQueueUrl);
  const { heartbeatInterval, eagerHeartbeatInterval } = options;
  return ({ cloud, measured, ownRequests$, store }) => {
    const settingsFor = cloud.clientSettings;
    const events = createEvents({
      clock: systemClock,
      random: Math.random,
      queues,
      instance: randomUUID(),
      clusterName: options.clusterName,
      isOwnAgent: isUserAgentOf(options.clusterName),
      resources: store,
      meters: metersOf(measured, logger),
      openQueue: (address) => sqsQueue(address, settingsFor),
      openBus: ({ region }) => eventBridgeBus('default', region, settingsFor),
      history: cloudTrailHistory(settingsFor),
      callerIdentity: stsCallerIdentity(settingsFor),
      ...(heartbeatInterval !== undefined && { heartbeatInterval }),
      ...(eagerHeartbeatInterval !== undefined && { eagerHeartbeatInterval }),
    });
    ownRequests$.subscribe((requestId) => events.own.addRequest(requestId));
    const notifier =
      options.notifyBus === undefined
        ? undefined
        : openNotifier(options.notifyBus, options.clusterName, settingsFor, logger);
    return {
      ...events,
      recorders: notifier ? [notifier.recorder] : [],
      listen: async (signal) => void (await Promise.all([events.listen(signal), notifier?.run(signal)])),
    };
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
  return {
    message: (outcome) => measured.event(outcome),
    latency: (milliseconds) => measured.eventLatency(milliseconds / 1000),
    roundTrip: (milliseconds) => measured.heartbeat(milliseconds / 1000),
    queue(queue, fault) {
      if (fault) logger.warn({ queue, fault: fault.fault }, `event queue: ${fault.message}`);
      else logger.info({ queue }, 'event queue answers');
    },
    problem: (message) => logger.warn({}, message),
  };
}

import { awsFault, isDenied, queueFaultOf } from '../../src/awsApi/awsFault.ts';
import { BusError, type EventBus } from '../../src/awsApi/eventBus.ts';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { linkReader } from '../../src/cli/channelLinks.ts';
import type { OpenEventIntake } from '../../src/cli/eventIntake.ts';
import { reportingDrift } from '../../src/cli/openEventIntake.ts';
import { instanceReader, userAgentOf } from '../../src/cli/version.ts';
import { createEvents } from '../../src/events/events.ts';
import { type Queue, QueueError, type QueueMessage } from '../../src/events/sqsSource.ts';
import type { EventHistory } from '../../src/events/trailHistory.ts';
import type { Clock, Random } from '../../src/time/clock.ts';
import { type CallAws, callsOf } from './calls.ts';
import type { Life } from './life.ts';
import { factsOver } from './linkFacts.ts';
import { region, type SimulatedOrganization } from './simulatedAws.ts';
import type { Time } from './time.ts';

export interface IntakeOptions {
  readonly simulatedOrganization: SimulatedOrganization;
  readonly time: Time;
  readonly life: Life;
  readonly clock: Clock;
  readonly random: Random;
  readonly clusterName: string;
  /** False: no queue is given. */
  readonly receives: boolean;
  readonly onProblem: (message: string) => void;
}

/** The event half of the operator as it is, on queue and bus of the simulated AWS. */
export function openSimulatedIntake(intake: IntakeOptions): OpenEventIntake {
  const { simulatedOrganization, time, life, clock, random, clusterName, receives, onProblem } = intake;
  return ({ instance, ownRequests$, ownIdentities$, acceptedWrites$, store, measured }) => {
    const { name, version } = userAgentOf(clusterName, instance);
    const userAgent = `${name}/${version}`;
    const call = callsOf(simulatedOrganization, { time, life, random, userAgent });
    const events = createEvents({
      clock,
      random,
      queues: receives ? [parseQueueUrl(simulatedOrganization.infrastructureSpec.queue.url)] : [],
      instance,
      clusterName,
      instanceIn: instanceReader(clusterName),
      resources: store,
      meters: {
        message: (outcome) => measured.event(outcome),
        latency: () => undefined,
        roundTrip: () => undefined,
        queue: (_, fault) => void (fault && onProblem(`queue: ${fault.fault}`)),
        problem: onProblem,
      },
      openQueue: () => queueOver(call, simulatedOrganization.infrastructureSpec.queue.url),
      openBus: () => busOver(call),
      history: historyOver(call),
      readLinks: linkReader(factsOver(call), async () => region),
    });
    ownRequests$.subscribe(events.own.addRequest);
    ownIdentities$.subscribe(events.own.addIdentity);
    acceptedWrites$.subscribe(events.channel.accepted);
    return { ...events, sinks: [reportingDrift(events.channel)] };
  };
}

function queueOver(call: CallAws, QueueUrl: string): Queue {
  const ask = async (operation: string, input: object, signal: AbortSignal) => {
    try {
      return (await call({ service: 'sqs', operation, input: { QueueUrl, ...input } }, signal)).output;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const fault = awsFault(error);
      throw new QueueError(queueFaultOf(fault), fault.message, { cause: error });
    }
  };
  const entries = (messages: readonly QueueMessage[]) =>
    messages.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
  return {
    async receive({ waitSeconds, visibilitySeconds }, signal) {
      const input = {
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
      };
      const { Messages = [] } = await ask('ReceiveMessage', input, signal);
      return (Messages as { MessageId: string; ReceiptHandle: string; Body: string }[]).map((message) => ({
        id: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: message.Body,
      }));
    },
    async remove(messages, signal) {
      await ask('DeleteMessageBatch', { Entries: entries(messages) }, signal);
      return [];
    },
    async setVisibility(messages, seconds, signal) {
      const Entries = entries(messages).map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
      await ask('ChangeMessageVisibilityBatch', { Entries }, signal);
    },
  };
}

function busOver(call: CallAws): EventBus {
  return {
    async put(entries, signal) {
      const Entries = entries.map(({ detailType, detail, time, resources }) => ({
        Source: 'trusted-access-operator',
        DetailType: detailType,
        Detail: detail,
        Time: new Date(time),
        Resources: [...resources],
      }));
      try {
        await call({ service: 'events', operation: 'PutEvents', input: { Entries } }, signal);
        return [];
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const fault = awsFault(error);
        throw new BusError(isDenied(fault) ? 'Denied' : 'Transient', fault.message, { cause: error });
      }
    },
  };
}

function historyOver(call: CallAws): EventHistory {
  return {
    async lookup({ eventName, from, to }, signal) {
      const input = {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
        StartTime: new Date(from),
        EndTime: new Date(to),
        MaxResults: 50,
      };
      const { output } = await call({ service: 'cloudtrail', operation: 'LookupEvents', input }, signal);
      const { Events = [] } = output as { Events?: { CloudTrailEvent: string }[] };
      return Events.map(({ CloudTrailEvent }) => CloudTrailEvent);
    },
  };
}

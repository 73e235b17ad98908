import { randomUUID } from 'node:crypto';
import type { QueueFault } from '../../awsApi/awsFault.ts';
import { BusError, eventBridgeBus } from '../../awsApi/eventBus.ts';
import type { QueueAddress } from '../../awsApi/queueAddress.ts';
import { probeRoundTrip } from '../../events/probe.ts';
import { sqsQueue } from '../../events/sqsQueue.ts';
import { QueueError } from '../../events/sqsSource.ts';
import { type Wrapping, wrappingAdvice } from '../../events/wrapping.ts';
import type { Context } from './check.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** The proof: what is put on the bus comes through the queue, with the very credentials and clients of `run`. */
export async function heartbeatFinding(context: Context, address: QueueAddress): Promise<Finding> {
  const { aws, clock, signal, options } = context;
  const { region } = await aws.infrastructureSpec();
  try {
    const result = await probeRoundTrip(
      {
        clock,
        queue: sqsQueue({ ...address, region: address.region ?? region }, aws.ownSettings),
        bus: eventBridgeBus('default', region, aws.ownSettings),
        instance: `doctor-${randomUUID()}`,
        clusterName: options.clusterName,
        patience: context.heartbeatPatience,
      },
      signal,
    );
    const finding =
      result.kind === 'CameBack'
        ? ok(`arrived after ${result.milliseconds} ms`)
        : await notSeen(context, result.beats);
    return withWrappings(finding, result.wrappings);
  } catch (error) {
    if (error instanceof BusError) return fail(`events:PutEvents: ${error.message}`, ...busRemedy(error));
    if (error instanceof QueueError) return fail(error.message, ...queueRemedy[error.fault]);
    throw error;
  }
}

/** The finding with what is known of unreadable messages in the queue; it is a warning then, unless it is worse. */
function withWrappings(finding: Finding, wrappings: readonly Wrapping[]): Finding {
  if (wrappings.length === 0) return finding;
  const found = `${finding.found}; the queue also has messages that the operator cannot read (${wrappings.join(', ')})`;
  const advice = wrappings.flatMap((wrapping) => Object.values(wrappingAdvice[wrapping]));
  const { status, remedy } = warn(found, ...finding.remedy, ...advice);
  return { status: finding.status === 'ok' ? status : finding.status, found, remedy };
}

async function notSeen({ aws, heartbeatPatience }: Context, beats: number): Promise<Finding> {
  const { account } = await aws.ownIdentity();
  const { account: organizations } = await aws.identity();
  const found = `none of ${beats} heartbeats arrived within ${heartbeatPatience / 1_000} s`;
  if (account !== organizations) {
    return fail(
      `${found}; the operator sends them to the default bus of ${account}, and the rule is in ${organizations}`,
      `run the operator with credentials of ${organizations}, or forward its heartbeats to that bus`,
    );
  }
  return fail(
    found,
    'fix what the checks of rule, target, queue and policy report, or run trusted-access setup',
    'if all of them pass, a running operator may have received the heartbeats from this queue; see its condition EventDriven',
  );
}

function busRemedy({ fault }: BusError): readonly string[] {
  if (fault === 'CredentialsUnusable') return queueRemedy.CredentialsUnusable;
  return fault === 'Denied'
    ? ['grant events:PutEvents on the default event bus (deploy/iam/events/consumer-policy.json)']
    : ['try again; if the error stays, check network and AWS health'];
}

const permissions = 'sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility';

const queueRemedy: Readonly<Record<QueueFault, readonly string[]>> = {
  Missing: ['trusted-access setup'],
  CredentialsUnusable: ['fix what the check of the credentials reports'],
  Denied: [`grant ${permissions} on the queue (deploy/iam/events/consumer-policy.json)`],
  KeyDenied: ['grant kms:Decrypt on the key of the queue'],
  Throttled: ['try again later'],
  Unreachable: ['check the network, and the URL of the queue'],
};

import { awsFault, isDenied, queueFaultOf } from '../../awsApi/awsFault.ts';
import type { SettingsFor } from '../../awsApi/clientSettings.ts';
import { queueEndpoint } from '../../events/queueEndpoint.ts';
import { type Attributes, InfrastructureError } from '../../infrastructure/infrastructure.ts';

/** Where a queue is asked about. */
export interface QueueLocation {
  readonly url: string;
  readonly endpoint: string;
  readonly region: string;
}

/**
 * All attributes, by the very URL: sqs:GetQueueAttributes is the one permission to look that the operator has anyway.
 * Undefined: there is no such queue. Rejects with a InfrastructureError, or with the signal's reason.
 */
export async function queueAttributes(
  { url, endpoint, region }: QueueLocation,
  settingsFor: SettingsFor,
  signal: AbortSignal,
): Promise<Attributes | undefined> {
  try {
    const { SQSClient, GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient({
      ...(await settingsFor(undefined, region)),
      ...queueEndpoint(endpoint, process.env),
    });
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    return (await client.send(command, { abortSignal: signal })).Attributes ?? {};
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const fault = awsFault(error);
    if (queueFaultOf(fault) === 'Missing') return undefined;
    throw new InfrastructureError('sqs:GetQueueAttributes', isDenied(fault), fault.message, { cause: error });
  }
}

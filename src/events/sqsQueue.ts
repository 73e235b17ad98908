import { awsFault, queueFaultOf } from '../awsApi/awsFault.ts';
import { type Environment, once, type SettingsFor } from '../awsApi/clientSettings.ts';
import type { QueueAddress } from '../awsApi/queueAddress.ts';
import { orAborted } from '../time/sleep.ts';
import { queueEndpoint } from './queueEndpoint.ts';
import { type Queue, QueueError, type QueueMessage } from './sqsSource.ts';

/** Milliseconds a receive may take beyond its poll. */
const beyondPoll = 10_000;

/**
 * The queue over the SDK, loaded at the first call. Region and endpoint come from the URL, unless the environment sets
 * the endpoint. Works with standard, FIFO and encrypted queues alike.
 */
export function sqsQueue(
  address: QueueAddress,
  settingsFor: SettingsFor,
  environment: Environment = process.env,
): Queue {
  const QueueUrl = address.url;
  const loaded = once(async () => {
    const sdk = await import('@aws-sdk/client-sqs');
    const settings = await settingsFor(undefined, address.region);
    const client = new sdk.SQSClient({
      ...settings,
      ...queueEndpoint(address.endpoint, environment),
      // One message with a wrong sum would make the SDK throw away the nine beside it, again and again.
      md5: false,
      // The source waits by itself, on its own clock.
      maxAttempts: 2,
    });
    return { sdk, client };
  });

  return {
    receive: ({ waitSeconds, visibilitySeconds }, abortSignal) =>
      guarded(abortSignal, async () => {
        const { sdk, client } = await loaded();
        const command = new sdk.ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: visibilitySeconds,
        });
        const requestTimeout = waitSeconds * 1_000 + beyondPoll;
        const { Messages = [] } = await client.send(command, { abortSignal, requestTimeout });
        return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
          id: MessageId,
          receiptHandle: ReceiptHandle,
          body: Body,
        }));
      }),
    remove: (messages, abortSignal) =>
      guarded(abortSignal, async () => {
        const { sdk, client } = await loaded();
        const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries: entriesOf(messages) });
        const { Failed = [] } = await client.send(command, { abortSignal });
        // A receipt that is no longer good cannot be made so by trying again.
        const failed = new Set(Failed.filter(({ Code }) => !isStale(Code)).map(({ Id }) => Id));
        return messages.filter((_, index) => failed.has(String(index)));
      }),
    setVisibility: (messages, seconds, abortSignal) =>
      guarded(abortSignal, async () => {
        const { sdk, client } = await loaded();
        const Entries = entriesOf(messages).map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
        await client.send(new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), {
          abortSignal,
        });
      }),
  };
}

function entriesOf(messages: readonly QueueMessage[]) {
  return messages.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
}

function isStale(code: string | undefined): boolean {
  return code !== undefined && /ReceiptHandleIsInvalid|InvalidParameterValue/.test(code);
}

async function guarded<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  try {
    // While credentials are waited for the SDK knows no abort.
    return await orAborted(call(), signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const fault = awsFault(error);
    throw new QueueError(queueFaultOf(fault), fault.message, { cause: error });
  }
}

import type { SQSClient } from '@aws-sdk/client-sqs';
import { awsFault, queueFaultOf } from './awsFault.ts';
import { type ClientSettings, clientConfig, configuredEndpoint, defaultRegion } from './clientSettings.ts';
import type { QueueAddress } from './queueAddress.ts';
import { type Queue, QueueError, type QueueMessage } from './sqsSource.ts';

/** Milliseconds: longer than the longest poll, which is 20 s. */
const requestTimeout = 35_000;
/** Sockets: each receiver has at most a receive and a delete under way. */
const maximumSockets = 48;

/** The queue over the SDK. Its client is loaded at the first call. Region and endpoint come from the URL unless the environment sets them. */
export function sqsQueue(address: QueueAddress, settings: ClientSettings): Queue & Disposable {
  let client: SQSClient | undefined;
  const loaded = async () => {
    const sdk = await import('@aws-sdk/client-sqs');
    client ??= new sdk.SQSClient(queueConfig(address, settings));
    return { sdk, client };
  };
  const QueueUrl = address.url;

  return {
    receive: ({ waitSeconds, visibilitySeconds }, signal) =>
      guarded(signal, async () => {
        const { sdk, client } = await loaded();
        const command = new sdk.ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: visibilitySeconds,
        });
        const { Messages = [] } = await client.send(command, { abortSignal: signal });
        return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
          id: MessageId,
          receiptHandle: ReceiptHandle,
          body: Body,
        }));
      }),
    remove: (messages, signal) =>
      guarded(signal, async () => {
        const { sdk, client } = await loaded();
        const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries: entriesOf(messages) });
        const { Failed = [] } = await client.send(command, { abortSignal: signal });
        // A receipt that is no longer good cannot be made so by trying again.
        const failed = new Set(Failed.filter(({ Code }) => !isStale(Code)).map(({ Id }) => Id));
        return messages.filter((_, index) => failed.has(String(index)));
      }),
    setVisibility: (messages, seconds, signal) =>
      guarded(signal, async () => {
        const { sdk, client } = await loaded();
        const Entries = entriesOf(messages).map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
        await client.send(new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), {
          abortSignal: signal,
        });
      }),
    [Symbol.dispose]: () => client?.destroy(),
  };
}

function queueConfig(address: QueueAddress, settings: ClientSettings) {
  const common = clientConfig(
    settings,
    address.region ?? defaultRegion(settings) ?? 'us-east-1',
    requestTimeout,
  );
  return {
    ...common,
    // Said outright: left to itself the SDK lets the URL's host win over the environment's endpoint.
    endpoint: configuredEndpoint(settings, 'SQS') ?? address.endpoint,
    useQueueUrlAsEndpoint: false,
    // One message with a wrong sum would make the SDK throw away the nine beside it, again and again.
    md5: false as const,
    // The source waits by itself, on its own clock.
    maxAttempts: 2,
    requestHandler: {
      ...common.requestHandler,
      httpAgent: { keepAlive: true, maxSockets: maximumSockets },
      httpsAgent: { keepAlive: true, maxSockets: maximumSockets },
    },
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
    return await call();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const fault = awsFault(error);
    throw new QueueError(queueFaultOf(fault), fault.message, { cause: error });
  }
}

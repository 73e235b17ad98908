import type * as Sqs from '@aws-sdk/client-sqs';
import { awsFault, isDenied, queueFaultOf } from './awsFault.ts';
import { configuredSqsEndpoint, type Environment, once, type SettingsFor } from './clientSettings.ts';
import { type ObservedQueue, type PlumbingApi, PlumbingError } from './plumbing.ts';

type QueueApi = Pick<
  PlumbingApi,
  'queue' | 'createQueue' | 'setQueueAttributes' | 'tagQueue' | 'deleteQueue'
>;
type Sdk = typeof Sqs;

/** SQS for set-up, in that region. */
export function plumbingQueues(
  region: string,
  settingsFor: SettingsFor,
  environment: Environment = process.env,
): QueueApi {
  const loaded = once(async () => {
    const sdk = await import('@aws-sdk/client-sqs');
    const endpoint = configuredSqsEndpoint(environment);
    const client = new sdk.SQSClient({
      ...(await settingsFor(undefined, region)),
      ...(endpoint !== undefined && { endpoint }),
      useQueueUrlAsEndpoint: false,
    });
    return { sdk, client };
  });

  const call = async <T>(
    action: string,
    signal: AbortSignal,
    ask: (sdk: Sdk, client: Sqs.SQSClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    try {
      const { sdk, client } = await loaded();
      return await ask(sdk, client, { abortSignal: signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const fault = awsFault(error);
      throw new PlumbingError(`sqs:${action}`, isDenied(fault), fault.message, { cause: error });
    }
  };

  const urlOf = (name: string, signal: AbortSignal) =>
    call('GetQueueUrl', signal, async (sdk, client, options) => {
      const { QueueUrl = '' } = await client.send(new sdk.GetQueueUrlCommand({ QueueName: name }), options);
      return QueueUrl;
    });

  return {
    async queue(name, signal) {
      try {
        const url = await urlOf(name, signal);
        const attributes = await call('GetQueueAttributes', signal, async (sdk, client, options) => {
          const command = new sdk.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
          return (await client.send(command, options)).Attributes ?? {};
        });
        return { url, attributes, tags: await tagsOf(url, signal) } satisfies ObservedQueue;
      } catch (error) {
        if (error instanceof PlumbingError && queueFaultOf(awsFault(error.cause)) === 'Missing')
          return undefined;
        throw error;
      }
    },
    createQueue: (name, attributes, tags, signal) =>
      call('CreateQueue', signal, async (sdk, client, options) => {
        const command = new sdk.CreateQueueCommand({ QueueName: name, Attributes: attributes, tags });
        await client.send(command, options);
      }),
    async setQueueAttributes(name, attributes, signal) {
      const QueueUrl = await urlOf(name, signal);
      await call('SetQueueAttributes', signal, (sdk, client, options) =>
        client.send(new sdk.SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }), options),
      );
    },
    async tagQueue(name, tags, signal) {
      const QueueUrl = await urlOf(name, signal);
      await call('TagQueue', signal, (sdk, client, options) =>
        client.send(new sdk.TagQueueCommand({ QueueUrl, Tags: tags }), options),
      );
    },
    async deleteQueue(name, signal) {
      const QueueUrl = await urlOf(name, signal);
      await call('DeleteQueue', signal, (sdk, client, options) =>
        client.send(new sdk.DeleteQueueCommand({ QueueUrl }), options),
      );
    },
  };

  function tagsOf(QueueUrl: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return call('ListQueueTags', signal, async (sdk, client, options) => {
      return (await client.send(new sdk.ListQueueTagsCommand({ QueueUrl }), options)).Tags ?? {};
    });
  }
}

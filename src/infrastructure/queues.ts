import { awsFault, queueFaultOf } from '../awsApi/awsFault.ts';
import {
  configuredSqsEndpoint,
  type Environment,
  regionalByDefault,
  type SettingsFor,
} from '../awsApi/clientSettings.ts';
import { infrastructureCaller } from './call.ts';
import { type InfrastructureApi, InfrastructureError, type ObservedQueue } from './infrastructure.ts';

type QueueApi = Pick<
  InfrastructureApi,
  'queue' | 'createQueue' | 'setQueueAttributes' | 'tagQueue' | 'deleteQueue'
>;

/** SQS for set-up, in that region. */
export function infrastructureQueues(
  region: string,
  settingsFor: SettingsFor,
  environment: Environment = process.env,
): QueueApi {
  const call = infrastructureCaller('sqs', async () => {
    const sdk = await import('@aws-sdk/client-sqs');
    const endpoint = configuredSqsEndpoint(environment);
    const client = new sdk.SQSClient({
      ...(await settingsFor(undefined, region)),
      ...(endpoint !== undefined && { endpoint, ...regionalByDefault }),
      useQueueUrlAsEndpoint: false,
    });
    return { sdk, client };
  });

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
        if (error instanceof InfrastructureError && queueFaultOf(awsFault(error.cause)) === 'Missing')
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

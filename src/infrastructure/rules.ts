import type { Target } from '@aws-sdk/client-eventbridge';
import { awsFault } from '../awsApi/awsFault.ts';
import { type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { infrastructureCaller } from './call.ts';
import {
  type Attributes,
  type InfrastructureApi,
  InfrastructureError,
  type ObservedTarget,
} from './infrastructure.ts';

/** The half of the interface that is about rules. */
export type RuleApi = Omit<
  InfrastructureApi,
  'queue' | 'createQueue' | 'setQueueAttributes' | 'tagQueue' | 'deleteQueue'
>;
/** EventBridge for set-up, in that region, on the default bus: Organizations events appear on no other. */
export function infrastructureRules(region: string, settingsFor: SettingsFor): RuleApi {
  const call = caller(region, settingsFor);
  return {
    async rule(name, signal) {
      try {
        const described = await call('DescribeRule', signal, (sdk, client, options) =>
          client.send(new sdk.DescribeRuleCommand({ Name: name }), options),
        );
        const { Arn = '', EventPattern: pattern, State } = described;
        return { pattern, enabled: State?.startsWith('ENABLED') === true, tags: await tagsOf(Arn, signal) };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async targets(ruleName, signal) {
      const found: ObservedTarget[] = [];
      let NextToken: string | undefined;
      do {
        const page = await call('ListTargetsByRule', signal, (sdk, client, options) =>
          client.send(new sdk.ListTargetsByRuleCommand({ Rule: ruleName, NextToken }), options),
        );
        found.push(...(page.Targets ?? []).map(targetOf));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    },
    putRule: ({ name, pattern, description, tags }, signal) =>
      call('PutRule', signal, async (sdk, client, options) => {
        const command = new sdk.PutRuleCommand({
          Name: name,
          EventPattern: pattern,
          Description: description,
          // All of it each time: what is left out is set back.
          State: 'ENABLED',
          ...(tags !== undefined && { Tags: tagList(tags) }),
        });
        await client.send(command, options);
      }),
    enableRule: (name, signal) =>
      call('EnableRule', signal, async (sdk, client, options) => {
        await client.send(new sdk.EnableRuleCommand({ Name: name }), options);
      }),
    tagRule: (arn, tags, signal) =>
      call('TagResource', signal, async (sdk, client, options) => {
        await client.send(new sdk.TagResourceCommand({ ResourceARN: arn, Tags: tagList(tags) }), options);
      }),
    deleteRule: (name, signal) =>
      call('DeleteRule', signal, async (sdk, client, options) => {
        await client.send(new sdk.DeleteRuleCommand({ Name: name }), options);
      }),
    putTarget: (ruleName, { id, arn, deadLetterArn, roleArn }, signal) =>
      call('PutTargets', signal, async (sdk, client, options) => {
        const Targets = [
          {
            Id: id,
            Arn: arn,
            ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
            ...(roleArn !== undefined && { RoleArn: roleArn }),
          },
        ];
        failIfPartly(
          'PutTargets',
          await client.send(new sdk.PutTargetsCommand({ Rule: ruleName, Targets }), options),
        );
      }),
    removeTarget: (ruleName, id, signal) =>
      call('RemoveTargets', signal, async (sdk, client, options) => {
        const command = new sdk.RemoveTargetsCommand({ Rule: ruleName, Ids: [id] });
        failIfPartly('RemoveTargets', await client.send(command, options));
      }),
  };

  function tagsOf(ResourceARN: string, signal: AbortSignal): Promise<Attributes> {
    return call('ListTagsForResource', signal, async (sdk, client, options) => {
      const { Tags = [] } = await client.send(new sdk.ListTagsForResourceCommand({ ResourceARN }), options);
      return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    });
  }
}

function caller(region: string, settingsFor: SettingsFor) {
  return infrastructureCaller('events', async () => {
    const sdk = await import('@aws-sdk/client-eventbridge');
    const settings = settingsOf('EVENTBRIDGE', await settingsFor(undefined, region));
    return { sdk, client: new sdk.EventBridgeClient(settings) };
  });
}

interface PartlyFailed {
  readonly FailedEntryCount?: number | undefined;
  readonly FailedEntries?:
    | readonly { ErrorCode?: string | undefined; ErrorMessage?: string | undefined }[]
    | undefined;
}

/** These calls answer with success although they did nothing. */
function failIfPartly(action: string, { FailedEntryCount = 0, FailedEntries = [] }: PartlyFailed): void {
  if (FailedEntryCount === 0) return;
  const [first] = FailedEntries;
  const why = first?.ErrorMessage ?? first?.ErrorCode ?? 'EventBridge rejected the entry';
  throw new InfrastructureError(`events:${action}`, false, why);
}

function isMissing(error: unknown): boolean {
  return error instanceof InfrastructureError && awsFault(error.cause).code === 'ResourceNotFoundException';
}

function targetOf(target: Target): ObservedTarget {
  const { Id = '', Arn = '', DeadLetterConfig, RoleArn, Input, InputPath, InputTransformer } = target;
  return {
    id: Id,
    arn: Arn,
    deadLetterArn: DeadLetterConfig?.Arn,
    ...(RoleArn !== undefined && { roleArn: RoleArn }),
    transformed: [Input, InputPath, InputTransformer].some((change) => change !== undefined),
  };
}

function tagList(tags: Attributes): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

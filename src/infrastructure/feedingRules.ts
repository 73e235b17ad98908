import { type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { infrastructureCaller } from './call.ts';

/** A rule of the default bus that has a queue as target. */
export interface FeedingRule {
  readonly name: string;
  readonly pattern: string | undefined;
  readonly enabled: boolean;
}

/**
 * Rules of the default bus in that region that send to the queue, whatever their names are. Rejects with an
 * InfrastructureError, or with the signal's reason. Needs events:ListRuleNamesByTarget and events:DescribeRule.
 */
export async function feedingRules(
  queueArn: string,
  region: string,
  settingsFor: SettingsFor,
  signal: AbortSignal,
): Promise<readonly FeedingRule[]> {
  const call = infrastructureCaller('events', async () => {
    const sdk = await import('@aws-sdk/client-eventbridge');
    const settings = settingsOf('EVENTBRIDGE', await settingsFor(undefined, region));
    return { sdk, client: new sdk.EventBridgeClient(settings) };
  });
  // At most 300 rules a bus, and one or two have this target: the first page of 100 names is enough.
  const { RuleNames = [] } = await call('ListRuleNamesByTarget', signal, (sdk, client, options) =>
    client.send(new sdk.ListRuleNamesByTargetCommand({ TargetArn: queueArn }), options),
  );
  return Promise.all(
    RuleNames.map(async (name) => {
      const { EventPattern: pattern, State } = await call('DescribeRule', signal, (sdk, client, options) =>
        client.send(new sdk.DescribeRuleCommand({ Name: name }), options),
      );
      return { name, pattern, enabled: State?.startsWith('ENABLED') === true };
    }),
  );
}

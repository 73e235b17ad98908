import { type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { infrastructureCaller } from './call.ts';

/** The resource policy of the default bus of the region; undefined when it has none. Rejects with an InfrastructureError. */
export function observeBusPolicy(
  region: string,
  settingsFor: SettingsFor,
  signal: AbortSignal,
): Promise<string | undefined> {
  const call = infrastructureCaller('events', async () => {
    const sdk = await import('@aws-sdk/client-eventbridge');
    const settings = settingsOf('EVENTBRIDGE', await settingsFor(undefined, region));
    return { sdk, client: new sdk.EventBridgeClient(settings) };
  });
  return call('DescribeEventBus', signal, async (sdk, client, options) => {
    const { Policy } = await client.send(new sdk.DescribeEventBusCommand({ Name: 'default' }), options);
    return Policy;
  });
}

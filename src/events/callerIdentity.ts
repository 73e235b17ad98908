import { once, type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { orAborted } from '../time/sleep.ts';

/** ARN of the user, role or session that the process's own credentials belong to. Rejects when STS gives no answer. */
export type CallerIdentity = (signal: AbortSignal) => Promise<string | undefined>;

export function stsCallerIdentity(settingsFor: SettingsFor): CallerIdentity {
  const loaded = once(async () => {
    const sdk = await import('@aws-sdk/client-sts');
    return { sdk, client: new sdk.STSClient(settingsOf('STS', await settingsFor(undefined))) };
  });
  return async (signal) => {
    const { sdk, client } = await loaded();
    const { Arn } = await orAborted(
      client.send(new sdk.GetCallerIdentityCommand({}), { abortSignal: signal }),
      signal,
    );
    return Arn;
  };
}

import { once, type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { orAborted, pause } from '../time/sleep.ts';

/** ARN of whom the operator's own credentials belong to. Rejects when it cannot be asked. */
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

const backoff = { first: 1_000, longest: 300_000 };

/** Asks until there is an answer or the signal is aborted; never rejects. */
export async function learnIdentity(
  ask: CallerIdentity,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await ask(signal);
    } catch {
      await pause(clock, backoffDelay(backoff, failures, random), signal);
    }
  }
  return undefined;
}

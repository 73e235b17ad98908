import { organizationsClient } from '../../aws/clients.ts';
import type { AwsCloud } from '../../aws/cloud.ts';
import type { DryRunForecast } from '../../controller/assess.ts';
import type { OrganizationTarget } from '../../controller/ports.ts';
import { oneLine } from '../../text/plainText.ts';

/** Names of accounts by their ids; those that cannot be read have none. Rejects only when the signal is aborted. */
export type NameAccounts = (
  target: OrganizationTarget | undefined,
  forecast: DryRunForecast,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, string>>;

/** Whoever comes has no name yet in what AWS lists as administrators. The permission is one the operator has anyway. */
export function accountNames(cloud: AwsCloud): NameAccounts {
  const known = new Map<string, Promise<string | undefined>>();
  return async (target, forecast, signal) => {
    const names = new Map<string, string>();
    const comers = new Set(comingIn(forecast));
    await Promise.all(
      [...comers].map(async (accountId) => {
        const key = `${target?.roleArn ?? ''} ${accountId}`;
        const asking = known.get(key) ?? askName(cloud, target, accountId, signal);
        known.set(key, asking);
        const name = await asking;
        if (name) names.set(accountId, oneLine(name));
      }),
    );
    signal.throwIfAborted();
    return names;
  };
}

function comingIn(forecast: DryRunForecast): string[] {
  if (forecast.kind !== 'Planned') return [];
  return forecast.actions.flatMap((action) => {
    if (action.kind === 'ReplaceAdministrator') return [action.to];
    return action.kind === 'RegisterAdministrator' ? [action.accountId] : [];
  });
}

async function askName(
  cloud: AwsCloud,
  target: OrganizationTarget | undefined,
  AccountId: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { DescribeAccountCommand } = await import('@aws-sdk/client-organizations');
    const client = await organizationsClient(await cloud.clientSettings(target), () => undefined);
    const { Account } = await client.send(new DescribeAccountCommand({ AccountId }), { abortSignal });
    return Account?.Name;
  } catch {
    return undefined;
  }
}

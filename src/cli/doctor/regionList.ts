import { classify } from '../../aws/classify.ts';
import { endpointChoice } from '../../aws/endpointChoice.ts';
import type { SettingsFor } from '../../awsApi/clientSettings.ts';
import { failureOf } from '../../awsApi/failure.ts';
import { organizationsRegion } from '../../awsApi/partitions.ts';
import { CloudError } from '../../controller/ports.ts';

/** Asks for one page of the account's own list of regions. Rejects with a CloudError, or with the signal's reason. */
export async function tryListRegions(
  settingsFor: SettingsFor,
  partition: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { AccountClient, ListRegionsCommand } = await import('@aws-sdk/client-account');
    const settings = await settingsFor(undefined, organizationsRegion(partition));
    const client = new AccountClient({ ...settings, ...endpointChoice('ACCOUNT', process.env) });
    await client.send(new ListRegionsCommand({}), { abortSignal: signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const verdict = classify(failureOf(error), { operation: 'ListRegions' });
    if (verdict.kind !== 'Failed') return;
    throw new CloudError(verdict.error, verdict.reason, 'account:ListRegions', verdict.message, {
      cause: error,
    });
  }
}

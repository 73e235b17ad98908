import type { Environment, SettingsFor } from '../awsApi/clientSettings.ts';
import type { InfrastructureApi } from './infrastructure.ts';
import { infrastructureQueues } from './queues.ts';
import { infrastructureRules } from './rules.ts';

/** EventBridge and SQS of that region over the SDK's clients, which are loaded at the first call. */
export function awsInfrastructure(
  region: string,
  settingsFor: SettingsFor,
  environment?: Environment,
): InfrastructureApi {
  return {
    ...infrastructureQueues(region, settingsFor, environment),
    ...infrastructureRules(region, settingsFor),
  };
}

import type { Environment, SettingsFor } from '../awsApi/clientSettings.ts';
import type { ForwardingApi } from './forwarding.ts';
import type { InfrastructureApi } from './infrastructure.ts';
import { infrastructureQueues } from './queues.ts';
import { infrastructureRoles } from './roles.ts';
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

/** EventBridge of the Region of Identity Center, and IAM. */
export function awsForwarding(region: string, settingsFor: SettingsFor): ForwardingApi {
  return {
    rules: infrastructureRules(region, settingsFor),
    roles: infrastructureRoles(region, settingsFor),
  };
}

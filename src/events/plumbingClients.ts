import type { Environment, SettingsFor } from './clientSettings.ts';
import type { PlumbingApi } from './plumbing.ts';
import { plumbingQueues } from './plumbingQueues.ts';
import { plumbingRules } from './plumbingRules.ts';

/** EventBridge and SQS of that region over the SDK's clients, which are loaded at the first call. */
export function awsPlumbing(
  region: string,
  settingsFor: SettingsFor,
  environment?: Environment,
): PlumbingApi {
  return { ...plumbingQueues(region, settingsFor, environment), ...plumbingRules(region, settingsFor) };
}

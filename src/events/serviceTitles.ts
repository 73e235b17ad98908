import { serviceFor } from '../crds/services.ts';

/** What CloudTrail writes instead of a service that AWS does not name. */
export const awsInternal = 'AWS Internal';

/** Services that call for others, besides those that Organizations can trust. */
const titles: Readonly<Record<string, string>> = {
  organizations: 'AWS Organizations',
  cloudformation: 'CloudFormation',
  'stacksets.cloudformation': 'CloudFormation StackSets',
  'member.org.stacksets.cloudformation': 'CloudFormation StackSets',
  console: 'AWS console',
  signin: 'AWS console',
};

/** Returns what people call the service with this principal, host or event source; the text itself when unknown. */
export function serviceTitle(principal: string): string {
  const [, name = ''] = /^([\w.-]+)\.amazonaws\.com(?:\.cn)?$/.exec(principal) ?? [];
  return Object.hasOwn(titles, name) ? (titles[name] ?? principal) : serviceFor(principal).title;
}

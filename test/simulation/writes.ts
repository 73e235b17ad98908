import type { Members } from '../../sandbox/aws/service.ts';

/** A write to Organizations in a few words. */
export function describeWrite(operation: string, { ServicePrincipal, AccountId }: Members): string {
  return [operation, ServicePrincipal, AccountId].filter((word) => word !== undefined).join(' ');
}

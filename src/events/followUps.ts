import type { SubscribedName } from '../eventFormat/subscribedEvents.ts';

/**
 * Events that AWS emits itself after a call, and the calls that lead to them.
 * Source: AWS Organizations user guide, "Logging API calls with AWS CloudTrail".
 */
const followUps: Partial<Record<SubscribedName, readonly SubscribedName[]>> = {
  CloseAccountResult: ['CloseAccount'],
  AccountDepartedOrganization: ['RemoveAccountFromOrganization', 'DeleteOrganization'],
};

/** Whether AWS itself emits this event after a call that names the person. */
export function isFollowUp(name: SubscribedName): boolean {
  return followUps[name] !== undefined;
}

/** Names of the calls that lead to this event; none for a call. */
export function callsBefore(name: SubscribedName): readonly SubscribedName[] {
  return followUps[name] ?? [];
}

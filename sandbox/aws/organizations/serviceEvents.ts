import { homeRegion } from '../partitions.ts';
import type { Members } from '../service.ts';
import type { Organization } from '../state.ts';
import type { World } from '../world.ts';

/** Something Organizations did by itself, in the trail of the management account. */
export function emitServiceEvent(
  world: World,
  organization: Organization,
  eventName: 'CloseAccountResult' | 'AccountDepartedOrganization',
  serviceEventDetails: Members,
): void {
  world.records.publish({
    kind: 'AwsServiceEvent',
    time: world.clock.now(),
    eventName,
    eventSource: 'organizations.amazonaws.com',
    account: organization.managementAccountId,
    region: homeRegion(organization.partition),
    readOnly: false,
    serviceEventDetails,
  });
}

import { awsService } from '../callers.ts';
import { callNow } from '../dispatch.ts';
import { accountOf } from '../seed.ts';
import type { Organization } from '../state.ts';
import type { World } from '../world.ts';
import type { TrustedService } from './trustedServices.ts';

/** The service makes its role in the management account, as a call of its own that the trail shows. */
export function createServiceLinkedRole(
  world: World,
  organization: Organization,
  service: TrustedService,
): void {
  const { managementAccountId } = organization;
  if (service.serviceLinkedRole === undefined) return;
  if (accountOf(world, managementAccountId).roles.has(service.serviceLinkedRole)) return;
  callNow(world, {
    service: 'iam',
    operation: 'CreateServiceLinkedRole',
    input: { AWSServiceName: service.principal },
    caller: awsService(managementAccountId, service.principal),
  });
}

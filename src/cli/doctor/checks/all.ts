import type { Check } from '../check.ts';
import type { DoctorOptions } from '../options.ts';
import { eventBusCheck } from './access.ts';
import { accountChecks } from './account.ts';
import { clusterChecks } from './cluster.ts';
import { forwardingCheck } from './forwarding.ts';
import { permissionChecks } from './permissions.ts';
import { policyChecks } from './policy.ts';
import { proxyChecks } from './proxy.ts';
import { noQueueCheck, queueChecks } from './queue.ts';
import { sourceChecks } from './source.ts';

/** Every check, in the order of the report; each after those it needs. */
export function allChecks(options: Pick<DoctorOptions, 'eventQueue' | 'policy'>): readonly Check[] {
  const { eventQueue } = options;
  const several = eventQueue.length > 1;
  return [
    ...proxyChecks(process.env),
    ...accountChecks,
    ...permissionChecks,
    ...sourceChecks,
    eventBusCheck,
    forwardingCheck,
    ...(eventQueue.length === 0 ? [noQueueCheck] : []),
    ...eventQueue.flatMap((url, index) => queueChecks(url, several ? `:${index + 1}` : '')),
    ...clusterChecks,
    ...policyChecks(options),
  ];
}

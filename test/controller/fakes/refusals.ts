import { CloudError, type CloudErrorKind } from '../../../src/controller/ports.ts';
import type { Reason } from '../../../src/crds/reasons.ts';
import type { Script } from './fate.ts';

const actions = {
  callerAccount: 'sts:GetCallerIdentity',
  organization: 'organizations:DescribeOrganization',
  enabledServices: 'organizations:ListAWSServiceAccessForOrganization',
  administrators: 'organizations:ListDelegatedAdministrators',
  accountState: 'organizations:DescribeAccount',
  identityCenter: 'sso:ListInstances',
  hasServiceLinkedRole: 'iam:GetRole',
  Enable: 'organizations:EnableAWSServiceAccess',
  Disable: 'organizations:DisableAWSServiceAccess',
  Register: 'organizations:RegisterDelegatedAdministrator',
  Deregister: 'organizations:DeregisterDelegatedAdministrator',
} as const;

export type Operation = keyof typeof actions;

/** As the adapter would classify it. */
export function cloudError(kind: CloudErrorKind, reason: Reason, operation: Operation): CloudError {
  return new CloudError(kind, reason, actions[operation], `${kind} by script`);
}

export function refuse(kind: CloudErrorKind, reason: Reason, operation: Operation): never {
  throw new CloudError(kind, reason, actions[operation], 'AWS says no');
}

/** The registrations of this account are answered so, from the n-th on. */
export function answer(accountId: string, error: Error, from = 1, times = Number.POSITIVE_INFINITY): Script {
  let seen = 0;
  return (point) => {
    if (point.operation !== 'Register' || point.accountId !== accountId) return undefined;
    seen += 1;
    return seen >= from && seen < from + times ? { kind: 'Refuse', error } : undefined;
  };
}

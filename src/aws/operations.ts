import type { PaceGroup } from './pacing.ts';

interface Operation {
  /** The IAM action that allows it. */
  readonly action: string;
  readonly write?: true;
  /** Which documented rate it counts against; absent: none is documented that this product could reach. */
  readonly pace?: PaceGroup;
}

/** Every AWS operation this adapter calls, by its API name. */
export const operations = {
  DescribeOrganization: { action: 'organizations:DescribeOrganization', pace: 'DescribeOrganization' },
  ListAWSServiceAccessForOrganization: {
    action: 'organizations:ListAWSServiceAccessForOrganization',
    pace: 'ListServices',
  },
  ListDelegatedAdministrators: {
    action: 'organizations:ListDelegatedAdministrators',
    pace: 'ListAdministrators',
  },
  DescribeAccount: { action: 'organizations:DescribeAccount', pace: 'DescribeAccount' },
  EnableAWSServiceAccess: {
    action: 'organizations:EnableAWSServiceAccess',
    write: true,
    pace: 'ChangeAccess',
  },
  DisableAWSServiceAccess: {
    action: 'organizations:DisableAWSServiceAccess',
    write: true,
    pace: 'ChangeAccess',
  },
  RegisterDelegatedAdministrator: {
    action: 'organizations:RegisterDelegatedAdministrator',
    write: true,
    pace: 'ChangeAdministrators',
  },
  DeregisterDelegatedAdministrator: {
    action: 'organizations:DeregisterDelegatedAdministrator',
    write: true,
    pace: 'ChangeAdministrators',
  },
  ListInstances: { action: 'sso:ListInstances', pace: 'IdentityCenter' },
  DescribeInstance: { action: 'sso:DescribeInstance', pace: 'IdentityCenter' },
  ListPermissionSets: { action: 'sso:ListPermissionSets', pace: 'IdentityCenter' },
  ListApplications: { action: 'sso:ListApplications', pace: 'IdentityCenter' },
  ListRegions: { action: 'account:ListRegions', pace: 'AccountRegions' },
  GetRole: { action: 'iam:GetRole' },
  GetCallerIdentity: { action: 'sts:GetCallerIdentity' },
  AssumeRole: { action: 'sts:AssumeRole' },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

export function operation(name: OperationName): Operation {
  return operations[name];
}

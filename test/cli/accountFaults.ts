import { addAccount, putRole } from '../../sandbox/aws/seed.ts';
import { allBut, type Fault } from './fault.ts';
import { management, member } from './fixture.ts';

export const accountFaults: readonly Fault[] = [
  {
    about: 'no credentials',
    seed: ({ fixture }) => fixture.signOut(),
    check: 'credentials',
    found: 'no usable credentials',
    remedy: 'AWS_PROFILE',
    heartbeat: 'skipped',
  },
  {
    about: 'a role that may not be assumed',
    seed: ({ fixture }) =>
      putRole(fixture.aws.world, management, { name: 'closed', trust: [{ principals: [member] }] }),
    options: () => ({ roleArn: `arn:aws:iam::${management}:role/closed` }),
    check: 'credentials',
    found: `role arn:aws:iam::${management}:role/closed cannot be assumed`,
    remedy: `the trust policy of arn:aws:iam::${management}:role/closed must name these credentials`,
    heartbeat: 'skipped',
  },
  {
    about: 'credentials of a member account',
    seed: ({ fixture }) => fixture.signIn({ accountId: member }),
    check: 'management-account',
    found: `member account ${member}; the management account is ${management}`,
    remedy: `--role-arn arn:aws:iam::${management}:role/NAME`,
  },
  {
    about: 'an account of no organization',
    seed: ({ fixture }) => {
      addAccount(fixture.aws.world, { id: '999999999999' });
      fixture.signIn({ accountId: '999999999999' });
    },
    check: 'organization',
    found: 'account 999999999999 is in no organization',
    remedy: 'aws organizations create-organization',
  },
  {
    about: 'an organization for consolidated billing',
    withoutSetup: true,
    seed: ({ begin }) => begin({ organization: 'CONSOLIDATED_BILLING' }),
    check: 'all-features',
    found: 'only consolidated billing',
    remedy: 'aws organizations enable-all-features',
  },
  {
    about: 'a role that may not list trusted services',
    seed: ({ fixture }) =>
      fixture.signIn({ statements: allBut('organizations:ListAWSServiceAccessForOrganization') }),
    check: 'read-trusted-access',
    found: 'organizations:ListAWSServiceAccessForOrganization is not permitted',
    remedy: 'grant organizations:ListAWSServiceAccessForOrganization',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not list administrators of this service',
    seed: ({ fixture }) =>
      fixture.signIn({ statements: allBut('organizations:ListDelegatedAdministrators') }),
    check: 'read-administrators',
    found: 'organizations:ListDelegatedAdministrators is not permitted',
    remedy: 'grant organizations:ListDelegatedAdministrators',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not look at accounts',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('organizations:DescribeAccount') }),
    check: 'read-accounts',
    found: 'organizations:DescribeAccount is not permitted',
    remedy: 'grant organizations:DescribeAccount',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not see whether Identity Center is in use',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('sso:*') }),
    check: 'identity-center',
    status: 'warning',
    found: /sso:\w+ is not permitted/,
    remedy: 'the operator treats the service as in use',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not list the regions of its account',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('account:ListRegions') }),
    check: 'account-regions',
    status: 'warning',
    found: 'account:ListRegions is not permitted',
    remedy: 'grant account:ListRegions (optional)',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not look at the service-linked role',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('iam:GetRole') }),
    check: 'service-linked-role',
    status: 'warning',
    found: 'iam:GetRole is not permitted',
    remedy: 'grant iam:GetRole (optional)',
    heartbeat: 'ok',
  },
];

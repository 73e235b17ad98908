import { listsRegions } from '../../../awsApi/partitions.ts';
import { CloudError, type Organizations, type ReadOptions } from '../../../controller/ports.ts';
import { serviceFor } from '../../../crds/services.ts';
import type { Check, Context } from '../check.ts';
import { type Finding, ok, skip, warn } from '../finding.ts';
import { ownFault, refused } from './account.ts';
import { writes } from './writes.ts';

const group = 'AWS';

type Ask = (organizations: Organizations, read: ReadOptions, context: Context) => Promise<string>;

/** The calls themselves: they change nothing. */
function reading(name: string, title: string, ask: Ask): Check {
  return {
    name,
    title,
    group,
    needs: ['management-account', 'all-features'],
    async run(context) {
      try {
        return ok(await ask(context.aws.organizations, { notBefore: 0, signal: context.signal }, context));
      } catch (error) {
        return refused(error);
      }
    },
  };
}

const reads = [
  reading(
    'read-trusted-access',
    'read trusted access',
    async (organizations, read, { options: { servicePrincipal } }) => {
      const services = await organizations.enabledServices(read);
      const state = services.has(servicePrincipal) ? 'enabled' : 'not enabled';
      return `${servicePrincipal} is ${state}; services enabled: ${services.size}`;
    },
  ),
  reading(
    'read-administrators',
    'read administrators',
    async (organizations, read, { options: { servicePrincipal } }) => {
      const administrators = await organizations.administrators(servicePrincipal, read);
      const ids = administrators.map(({ accountId }) => accountId).join(', ');
      return `of ${servicePrincipal}: ${ids || 'none'}`;
    },
  ),
  reading('read-accounts', 'read accounts', async (organizations, read, { aws }) => {
    const { account } = await aws.identity();
    return `account ${account} is ${await organizations.accountState(account, read)}`;
  }),
];

const identityCenter: Check = {
  name: 'identity-center',
  title: 'IAM Identity Center',
  group,
  needs: ['management-account'],
  async run({ aws, options: { servicePrincipal } }) {
    if (serviceFor(servicePrincipal).identityCenter !== true)
      return skip(`not asked for ${servicePrincipal}`);
    try {
      const found = await aws.identityCenter();
      if (found === undefined) return skip('no organization');
      if (found.instanceArn === undefined) return ok('no organization instance, so it is not in use');
      const sets = found.permissionSets ?? 0;
      return ok(`${found.instanceArn} in ${found.region ?? 'an unknown region'}, ${sets} permission sets`);
    } catch (error) {
      return optional(
        error,
        'sso:ListInstances, sso:DescribeInstance, sso:ListPermissionSets and sso:ListApplications',
        'without them, the operator treats the service as in use and never disables access',
      );
    }
  },
};

const accountRegions: Check = {
  name: 'account-regions',
  title: 'regions of the account',
  group,
  needs: ['management-account'],
  async run({ aws, options: { servicePrincipal } }) {
    if (serviceFor(servicePrincipal).identityCenter !== true)
      return skip(`not asked for ${servicePrincipal}`);
    const { partition } = (await aws.organization()) ?? { partition: '' };
    if (!listsRegions(partition)) return skip('AWS has no list of regions in this partition');
    try {
      await aws.listRegions(partition);
      return ok('account:ListRegions is permitted; the operator skips disabled regions');
    } catch (error) {
      return optional(
        error,
        'account:ListRegions',
        'without it, the operator searches every region that this version knows for IAM Identity Center',
      );
    }
  },
};

const serviceLinkedRole: Check = {
  name: 'service-linked-role',
  title: 'service-linked role',
  group,
  needs: ['management-account'],
  async run({ aws, signal, options: { servicePrincipal } }) {
    const { serviceLinkedRole: role } = serviceFor(servicePrincipal);
    if (role === undefined) return skip(`none is known of ${servicePrincipal}`);
    try {
      const read = { notBefore: 0, signal };
      const there = await aws.organizations.hasServiceLinkedRole(servicePrincipal, role, read);
      return ok(`${role} is ${there ? 'there' : 'absent (AWS creates it when access is enabled)'}`);
    } catch (error) {
      return optional(error, 'iam:GetRole', 'without it, status.serviceLinkedRole stays Unknown');
    }
  },
};

function optional(error: unknown, actions: string, consequence: string): Finding {
  if (!(error instanceof CloudError)) throw error;
  const own = ownFault(error);
  if (own) return own;
  const denied = error.kind === 'denied' ? ' is not permitted' : '';
  return warn(`${error.action}${denied}: ${error.message}`, `grant ${actions} (optional)`, consequence);
}

export const permissionChecks: readonly Check[] = [
  ...reads,
  writes,
  identityCenter,
  accountRegions,
  serviceLinkedRole,
];

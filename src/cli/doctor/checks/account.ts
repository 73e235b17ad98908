import { CloudError } from '../../../controller/ports.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, wordsOf } from '../finding.ts';
import type { DoctorOptions } from '../options.ts';

const group = 'AWS';

const credentials: Check = {
  name: 'credentials',
  title: 'credentials',
  group,
  needs: [],
  async run({ aws, options }) {
    try {
      const { account, arn } = await aws.identity();
      return ok(`${arn || 'somebody'} in account ${account}`);
    } catch (error) {
      return ownFault(error) ?? fail(wordsOf(error), ...credentialsRemedy(error, options));
    }
  },
};

/** Credentials or settings of this machine: the last sentence of the message says what to do. */
export function ownFault(error: unknown): Finding | undefined {
  if (!(error instanceof CloudError) || !isOwnFault(error)) return undefined;
  const [, found = error.message, remedy] = /^(.*?)\. ([A-Z].*)$/s.exec(error.message) ?? [];
  return fail(found, ...(remedy === undefined ? [] : [remedy]));
}

/** Nothing that AWS could grant: what is used here is missing, expired or wrong. */
export function isOwnFault({ kind, reason }: CloudError): boolean {
  return kind === 'denied' && reason !== 'AccessDenied';
}

function credentialsRemedy(error: unknown, { roleArn, externalId }: DoctorOptions): string[] {
  if (error instanceof CloudError && error.kind !== 'denied') {
    return ['cannot reach AWS STS: check network, proxy, AWS_REGION and AWS_ENDPOINT_URL'];
  }
  if (roleArn !== undefined) {
    return [
      `the trust policy of ${roleArn} must name these credentials, and they need sts:AssumeRole on it`,
      externalId === undefined
        ? 'if the trust policy requires an external id, set --external-id'
        : 'set the external id that the trust policy requires',
    ];
  }
  return [
    'on your machine: aws sso login, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    'in a pod: an IAM role for its service account (EKS Pod Identity, IRSA)',
  ];
}

const organization: Check = {
  name: 'organization',
  title: 'organization',
  group,
  needs: ['credentials'],
  async run({ aws }) {
    try {
      const found = await aws.organization();
      if (found !== undefined) return ok(`${found.id}, management account ${found.managementAccountId}`);
      const { account } = await aws.identity();
      return fail(
        `account ${account} is in no organization`,
        'use credentials of the management account of one, or --role-arn for a role in it',
        'or make one: aws organizations create-organization --feature-set ALL',
      );
    } catch (error) {
      return refused(error);
    }
  },
};

const managementAccount: Check = {
  name: 'management-account',
  title: 'management account',
  group,
  needs: ['organization'],
  async run({ aws }) {
    const { account } = await aws.identity();
    const found = await aws.organization();
    if (found === undefined || found.managementAccountId === account)
      return ok(`${account}; only this account can change trusted access`);
    const { managementAccountId, partition } = found;
    return fail(
      `these credentials belong to member account ${account}; the management account is ${managementAccountId}`,
      `use credentials of ${managementAccountId}`,
      `or name a role in it: --role-arn arn:${partition}:iam::${managementAccountId}:role/NAME here, spec.organization.roleArn in each TrustedAccess`,
    );
  },
};

const allFeatures: Check = {
  name: 'all-features',
  title: 'all features',
  group,
  needs: ['organization'],
  async run({ aws }) {
    const found = await aws.organization();
    if (found?.allFeatures === true) return ok('enabled');
    return fail(
      'the organization has only consolidated billing; trusted access needs all features',
      'run aws organizations enable-all-features, then let every invited account agree',
    );
  },
};

/** What AWS Organizations did not answer. */
export function refused(error: unknown): Finding {
  if (!(error instanceof CloudError)) throw error;
  const own = ownFault(error);
  if (own) return own;
  if (error.kind === 'denied') {
    return fail(`${error.action} is not permitted: ${error.message}`, `grant ${error.action}`);
  }
  return fail(
    `${error.action}: ${error.message}`,
    'try again; if the error stays, check network and AWS health',
  );
}

export const accountChecks: readonly Check[] = [credentials, organization, managementAccount, allFeatures];

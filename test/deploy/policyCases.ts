/** Policies, and which resources each of them permits: the API server's admission and the operator answer alike. */

export interface PolicyCase {
  readonly title: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: object;
  /** Undefined: the policy permits the resource. Otherwise words that the refusal has. */
  readonly refused?: string;
}

export interface PolicyCases {
  readonly title: string;
  /** In the format of the Helm value `policy` and of `run --policy`. */
  readonly policy: { readonly rules: readonly object[] };
  readonly cases: readonly PolicyCase[];
}

export const ownRole = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const otherRole = 'arn:aws:iam::444444444444:role/trusted-access-operator';
const foreignRole = 'arn:aws:iam::999999999999:role/admin';
const confirmed = { confirmation: 'disable' };
const identity = { team: 'identity' };
const security = { team: 'security' };

const teams: PolicyCases = {
  title: 'a policy with a rule for each of two teams',
  policy: {
    rules: [
      {
        selector: { matchLabels: identity },
        servicePrincipals: ['sso.amazonaws.com'],
        administrators: ['222222222222'],
        roles: [{ arn: ownRole, externalId: 'exampleExternalId' }],
      },
      {
        selector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['security', 'audit'] }] },
        servicePrincipals: ['guardduty.amazonaws.com', 'sso.amazonaws.com'],
        administrators: ['333333333333', '222222222222'],
        roles: [],
        allow: { disable: true, revoke: true },
      },
    ],
  },
  cases: [
    {
      title: 'permits a team what its rule names',
      labels: identity,
      spec: { delegatedAdministrators: ['222222222222'] },
    },
    { title: 'permits a resource that declares no administrators', labels: identity, spec: {} },
    {
      title: 'permits an empty list of administrators',
      labels: identity,
      spec: { delegatedAdministrators: [] },
    },
    {
      title: 'refuses a label value that no rule selects',
      labels: { team: 'marketing' },
      spec: {},
      refused: 'no rule of the policy selects the labels',
    },
    {
      title: 'refuses an account that the rule does not name',
      labels: identity,
      spec: { delegatedAdministrators: ['333333333333'] },
      refused: 'spec.delegatedAdministrators: 333333333333 is not permitted',
    },
    {
      title: 'refuses a service that the rule does not name',
      labels: identity,
      spec: { servicePrincipal: 'guardduty.amazonaws.com' },
      refused: 'spec.servicePrincipal: guardduty.amazonaws.com is not permitted',
    },
    {
      title: 'refuses one foreign account among permitted ones',
      labels: security,
      spec: {
        servicePrincipal: 'guardduty.amazonaws.com',
        delegatedAdministrators: ['333333333333', '999999999999'],
      },
      refused: 'spec.delegatedAdministrators: 333333333333, 999999999999 is not permitted',
    },
    {
      title: 'permits a role with the external id that the rule names',
      labels: identity,
      spec: { organization: { roleArn: ownRole, externalId: 'exampleExternalId' } },
    },
    {
      title: 'permits the role of a pair without an external id in the resource',
      labels: identity,
      spec: { organization: { roleArn: ownRole } },
    },
    {
      title: 'refuses a role with another external id',
      labels: identity,
      spec: { organization: { roleArn: ownRole, externalId: 'guessedExternalId' } },
      refused: `spec.organization.roleArn: ${ownRole} is not permitted`,
    },
    {
      title: 'refuses a foreign role',
      labels: identity,
      spec: { organization: { roleArn: foreignRole } },
      refused: `spec.organization.roleArn: ${foreignRole} is not permitted`,
    },
    {
      title: 'refuses every role where the list of roles is empty',
      labels: security,
      spec: { organization: { roleArn: ownRole } },
      refused: 'spec.organization.roleArn',
    },
    {
      title: 'permits the guard organization.id without a role where the list of roles is empty',
      labels: security,
      spec: { organization: { id: 'o-exampleorgid' } },
    },
    {
      title: 'refuses disabling without allow.disable',
      labels: identity,
      spec: { access: 'Disabled', disable: confirmed },
      refused: 'spec.access: Disabled is not permitted',
    },
    {
      title: 'refuses Revoke without allow.revoke',
      labels: identity,
      spec: { deletionPolicy: 'Revoke', disable: confirmed },
      refused: 'spec.deletionPolicy: Revoke is not permitted',
    },
    {
      title: 'permits disabling with allow.disable',
      labels: security,
      spec: { access: 'Disabled', disable: confirmed },
    },
    {
      title: 'permits Revoke with allow.revoke',
      labels: { team: 'audit' },
      spec: { deletionPolicy: 'Revoke', disable: confirmed },
    },
    {
      title: 'refuses whileInUse: Allow without allow.whileInUse',
      labels: security,
      spec: { access: 'Disabled', disable: { ...confirmed, whileInUse: 'Allow' } },
      refused: 'spec.disable.whileInUse: Allow is not permitted',
    },
  ],
};

const open: PolicyCases = {
  title: 'a policy with one rule that restricts nothing but disabling',
  policy: { rules: [{}] },
  cases: [
    {
      title: 'permits any service, account, role and label',
      labels: { any: 'label' },
      spec: {
        servicePrincipal: 'macie.amazonaws.com',
        delegatedAdministrators: ['999999999999'],
        organization: { roleArn: foreignRole, externalId: 'anyExternalId' },
      },
    },
    {
      title: 'refuses disabling by default',
      spec: { access: 'Disabled', disable: confirmed },
      refused: 'spec.access: Disabled',
    },
    {
      title: 'refuses Revoke by default',
      spec: { deletionPolicy: 'Revoke', disable: confirmed },
      refused: 'spec.deletionPolicy: Revoke',
    },
    {
      title: 'refuses whileInUse: Allow by default',
      spec: { disable: { whileInUse: 'Allow' } },
      refused: 'spec.disable.whileInUse: Allow',
    },
  ],
};

const combined: PolicyCases = {
  title: 'a policy whose rules permit different organizations',
  policy: {
    rules: [
      { roles: [{ arn: ownRole }], administrators: ['222222222222'], servicePrincipals: ['*'] },
      {
        selector: { matchExpressions: [{ key: 'legacy', operator: 'DoesNotExist' }] },
        roles: [{ arn: otherRole }],
        administrators: ['333333333333'],
        allow: { whileInUse: true },
      },
      {
        selector: {
          matchLabels: { break: 'glass' },
          matchExpressions: [
            { key: 'legacy', operator: 'Exists' },
            { key: 'stage', operator: 'NotIn', values: ['test'] },
          ],
        },
        allow: { disable: true, revoke: true, whileInUse: true },
      },
    ],
  },
  cases: [
    {
      title: 'permits each organization its administrator',
      spec: { delegatedAdministrators: ['222222222222'], organization: { roleArn: ownRole } },
    },
    {
      title: 'refuses a combination of what two rules permit',
      spec: { delegatedAdministrators: ['222222222222'], organization: { roleArn: otherRole } },
      refused: 'no single rule permits all that this resource declares',
    },
    {
      title: 'refuses the rule of a label that must be absent',
      labels: { legacy: 'true' },
      spec: { delegatedAdministrators: ['333333333333'], organization: { roleArn: otherRole } },
      refused: 'spec.delegatedAdministrators: 333333333333 is not permitted',
    },
    {
      title: 'permits everything to labels that match every term of a selector',
      labels: { break: 'glass', legacy: '', stage: 'production' },
      spec: { access: 'Disabled', disable: { ...confirmed, whileInUse: 'Allow' } },
    },
    {
      title: 'permits an absent label where the selector says NotIn',
      labels: { break: 'glass', legacy: '' },
      spec: { delegatedAdministrators: ['999999999999'] },
    },
    {
      title: 'refuses labels that match only some terms of a selector',
      labels: { break: 'glass', legacy: '', stage: 'test' },
      spec: { delegatedAdministrators: ['999999999999'] },
      refused: 'spec.delegatedAdministrators: 999999999999 is not permitted',
    },
  ],
};

const closed: PolicyCases = {
  title: 'a policy without rules',
  policy: { rules: [] },
  cases: [
    {
      title: 'refuses every resource',
      labels: identity,
      spec: {},
      refused: 'no rule of the policy selects the labels',
    },
  ],
};

export const policyCases: readonly PolicyCases[] = [teams, open, combined, closed];

import { type PolicyCase, permitted, refused } from './policyCase.ts';

const [identity, security, foreign] = ['222222222222', '333333333333', '999999999999'];
const role = 'arn:aws:iam::111111111111:role/trusted-access';
const otherRole = 'arn:aws:iam::111111111111:role/other';
const foreignRole = 'arn:aws:iam::999999999999:role/trusted-access';
const confirmed = { confirmation: 'disable' };
const sso = 'sso.amazonaws.com';
const guardDuty = 'guardduty.amazonaws.com';

const principals = { rules: [{ servicePrincipals: [sso] }] };
const administrators = { rules: [{ administrators: [identity, security] }] };
const pairs = { rules: [{ roles: [{ arn: role, externalId: 'abc' }, { arn: otherRole }] }] };
const ownCredentials = { rules: [{ roles: [] }] };
const anything = { rules: [{}] };
const allowed = { rules: [{ allow: { disable: true, revoke: true, whileInUse: true } }] };
const teams = {
  rules: [
    { selector: { matchLabels: { team: 'identity' } }, administrators: [identity] },
    { selector: { matchLabels: { team: 'security' } }, servicePrincipals: [guardDuty] },
  ],
};
const expressions = (...matchExpressions: readonly object[]) => ({
  rules: [{ selector: { matchExpressions } }],
});

const principalCases: readonly PolicyCase[] = [
  permitted('a listed principal is permitted', principals, { servicePrincipal: sso }),
  refused('a principal that no list has is refused', principals, { servicePrincipal: guardDuty }, [
    'spec.servicePrincipal',
  ]),
  permitted(
    'every principal is permitted by a star',
    { rules: [{ servicePrincipals: ['*'] }] },
    { servicePrincipal: guardDuty },
  ),
  refused(
    'an empty list of principals permits none',
    { rules: [{ servicePrincipals: [] }] },
    { servicePrincipal: sso },
    ['spec.servicePrincipal'],
  ),
  permitted('a rule without lists permits every principal, account and role', anything, {
    servicePrincipal: guardDuty,
    delegatedAdministrators: [foreign],
    organization: { roleArn: foreignRole },
  }),
  refused('an empty list of rules permits nothing', { rules: [] }, {}, ['metadata.labels']),
  permitted(
    'a policy without rules restricts nothing',
    { approval: { required: ['Swap'] } },
    { access: 'Disabled', disable: { ...confirmed, whileInUse: 'Allow' } },
  ),
];

const administratorCases: readonly PolicyCase[] = [
  permitted('a listed account may be declared', administrators, { delegatedAdministrators: [identity] }),
  refused('an account that no list has is refused', administrators, { delegatedAdministrators: [foreign] }, [
    'spec.delegatedAdministrators',
  ]),
  refused(
    'one foreign account among listed ones is refused',
    administrators,
    { servicePrincipal: guardDuty, delegatedAdministrators: [identity, foreign] },
    ['spec.delegatedAdministrators'],
  ),
  permitted('a resource that declares no administrators is permitted', administrators, {}),
  permitted('an empty list of administrators is permitted', administrators, { delegatedAdministrators: [] }),
  refused(
    'an empty list in the policy permits no administrator',
    { rules: [{ administrators: [] }] },
    { delegatedAdministrators: [identity] },
    ['spec.delegatedAdministrators'],
  ),
  refused(
    'a foreign principal with a foreign account is refused for both',
    { rules: [{ ...principals.rules[0], ...administrators.rules[0] }] },
    { servicePrincipal: guardDuty, delegatedAdministrators: [foreign] },
    ['spec.servicePrincipal', 'spec.delegatedAdministrators'],
  ),
];

const roleCases: readonly PolicyCase[] = [
  permitted('a listed role with its external id is permitted', pairs, {
    organization: { roleArn: role, externalId: 'abc' },
  }),
  permitted('a listed role without an external id is permitted: the policy supplies it', pairs, {
    organization: { roleArn: role },
  }),
  refused(
    'a listed role with another external id than that of the policy is refused',
    pairs,
    { organization: { roleArn: role, externalId: 'guessed' } },
    ['spec.organization.externalId'],
  ),
  permitted('a role that the policy lists without an external id takes that of the resource', pairs, {
    organization: { roleArn: otherRole, externalId: 'own' },
  }),
  permitted(
    'one role with two external ids is permitted with the second',
    {
      rules: [
        {
          roles: [
            { arn: role, externalId: 'abc' },
            { arn: role, externalId: 'def' },
          ],
        },
      ],
    },
    { organization: { roleArn: role, externalId: 'def' } },
  ),
  refused('a foreign role is refused', pairs, { organization: { roleArn: foreignRole, externalId: 'abc' } }, [
    'spec.organization.roleArn',
  ]),
  permitted('a resource without a role is permitted beside listed roles', pairs, {
    organization: { id: 'o-exampleorgid' },
  }),
  permitted('an empty list of roles permits the credentials of the operator', ownCredentials, {}),
  refused('an empty list of roles refuses every role', ownCredentials, { organization: { roleArn: role } }, [
    'spec.organization.roleArn',
  ]),
];

const revoke = { deletionPolicy: 'Revoke', disable: confirmed };
const disabled = { access: 'Disabled', disable: confirmed };
const whileInUse = { disable: { whileInUse: 'Allow' } };

const allowCases: readonly PolicyCase[] = [
  refused('access: Disabled is refused where a policy does not allow it', anything, disabled, [
    'spec.access',
  ]),
  refused('deletionPolicy: Revoke is refused where a policy does not allow it', anything, revoke, [
    'spec.deletionPolicy',
  ]),
  refused('disable.whileInUse: Allow is refused where a policy does not allow it', anything, whileInUse, [
    'spec.disable.whileInUse',
  ]),
  permitted('access: Disabled is permitted where the rule allows it', allowed, disabled),
  permitted('deletionPolicy: Revoke is permitted where the rule allows it', allowed, revoke),
  permitted('disable.whileInUse: Allow is permitted where the rule allows it', allowed, whileInUse),
  refused(
    'allow.disable alone does not permit deletionPolicy: Revoke',
    { rules: [{ allow: { disable: true } }] },
    revoke,
    ['spec.deletionPolicy'],
  ),
  refused(
    'allow.disable alone does not permit disable.whileInUse: Allow',
    { rules: [{ allow: { disable: true } }] },
    { ...disabled, disable: { ...confirmed, whileInUse: 'Allow' } },
    ['spec.disable.whileInUse'],
  ),
];

const selectorCases: readonly PolicyCase[] = [
  permitted(
    'a labelled resource is permitted by the rule that selects it',
    teams,
    { delegatedAdministrators: [identity] },
    { team: 'identity' },
  ),
  refused(
    'a resource is refused by the rule that selects it although another rule would permit it',
    teams,
    { delegatedAdministrators: [identity] },
    ['spec.servicePrincipal'],
    { team: 'security' },
  ),
  refused('a resource that no rule selects is refused', teams, {}, ['metadata.labels'], { team: 'other' }),
  refused('a resource without labels is refused where every rule selects labels', teams, {}, [
    'metadata.labels',
  ]),
  permitted('an empty selector selects every resource', { rules: [{ selector: {} }] }, {}),
  refused(
    'two rules that select a resource do not add up: one has to permit all of it',
    {
      rules: [
        { servicePrincipals: [sso], administrators: [identity] },
        { servicePrincipals: [guardDuty], administrators: [security] },
      ],
    },
    { servicePrincipal: guardDuty, delegatedAdministrators: [identity] },
    ['spec.delegatedAdministrators'],
  ),
  permitted(
    'a resource is permitted when the second of two rules permits all of it',
    { rules: [{ servicePrincipals: [sso] }, { servicePrincipals: [guardDuty] }] },
    { servicePrincipal: guardDuty },
  ),
  permitted(
    'a label is one of the values of In',
    expressions({ key: 'team', operator: 'In', values: ['identity', 'platform'] }),
    {},
    { team: 'platform' },
  ),
  refused(
    'a missing label is none of the values of In',
    expressions({ key: 'team', operator: 'In', values: ['identity'] }),
    {},
    ['metadata.labels'],
  ),
  permitted(
    'a missing label satisfies NotIn',
    expressions({ key: 'team', operator: 'NotIn', values: ['guests'] }),
    {},
  ),
  refused(
    'a listed value fails NotIn',
    expressions({ key: 'team', operator: 'NotIn', values: ['guests'] }),
    {},
    ['metadata.labels'],
    { team: 'guests' },
  ),
  permitted(
    'a label of any value satisfies Exists',
    expressions({ key: 'team', operator: 'Exists' }),
    {},
    { team: '' },
  ),
  refused(
    'a present label fails DoesNotExist',
    expressions({ key: 'sandbox', operator: 'DoesNotExist' }),
    {},
    ['metadata.labels'],
    { sandbox: 'true' },
  ),
  refused(
    'all requirements of a selector have to be met',
    {
      rules: [
        {
          selector: {
            matchLabels: { team: 'identity' },
            matchExpressions: [{ key: 'sandbox', operator: 'DoesNotExist' }],
          },
        },
      ],
    },
    {},
    ['metadata.labels'],
    { team: 'identity', sandbox: 'true' },
  ),
];

export const policyCases: readonly PolicyCase[] = [
  ...principalCases,
  ...administratorCases,
  ...roleCases,
  ...allowCases,
  ...selectorCases,
];

/** One table of manifests and verdicts, for the validator here and for a real API server. */
export interface Case {
  readonly title: string;
  readonly spec: unknown;
  /** The spec before, when the manifest changes an existing resource. */
  readonly old?: Record<string, unknown>;
  /** Each must be in the refusal; absent: accepted. */
  readonly refused?: readonly string[];
}

const admin = '222222222222';
const wouldBreak =
  'disabling trusted access stops the service in every account (for sso.amazonaws.com, users can no longer sign in to AWS)';

export const accepted: readonly Case[] = [
  { title: 'nothing but defaults', spec: {} },
  { title: 'one administrator', spec: { delegatedAdministrators: [admin] } },
  { title: 'nobody as administrator', spec: { delegatedAdministrators: [] } },
  {
    title: 'several administrators of a service that allows them',
    spec: { servicePrincipal: 'backup.amazonaws.com', delegatedAdministrators: [admin, '333333333333'] },
  },
  {
    title: 'every field',
    spec: {
      servicePrincipal: 'sso.amazonaws.com',
      access: 'Enabled',
      delegatedAdministrators: [admin],
      organization: {
        id: 'o-exampleorgid',
        roleArn: 'arn:aws-us-gov:iam::111111111111:role/path/trusted-access-operator',
        externalId: 'a-b/c=1',
        region: 'us-gov-west-1',
      },
      identityCenter: { region: 'eu-west-1' },
      driftPolicy: 'Observe',
      deletionPolicy: 'Revoke',
      disable: { confirmation: 'disable', whileInUse: 'Allow' },
      interval: '1h30m',
      suspend: true,
    },
  },
  { title: 'disabling, confirmed', spec: { access: 'Disabled', disable: { confirmation: 'disable' } } },
  {
    title: 'disabling, confirmed, with nobody as administrator',
    spec: { access: 'Disabled', delegatedAdministrators: [], disable: { confirmation: 'disable' } },
  },
  { title: 'revoking, confirmed', spec: { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } } },
  { title: 'the shortest interval', spec: { interval: '5s' } },
  { title: 'the longest interval', spec: { interval: '24h' } },
  { title: 'a fractional interval', spec: { interval: '0.5h' } },
  { title: 'null where a default stands in', spec: { access: null, suspend: null } },
  { title: 'null where nothing stands in', spec: { identityCenter: null, delegatedAdministrators: null } },
  {
    title: 'a change of everything but the principal',
    old: { delegatedAdministrators: [admin], interval: '5m' },
    spec: { delegatedAdministrators: ['333333333333'], interval: '1h', driftPolicy: 'Observe' },
  },
  {
    title: 'the default principal written out',
    old: {},
    spec: { servicePrincipal: 'sso.amazonaws.com' },
  },
];

export const refused: readonly Case[] = [
  {
    title: 'disabling without the word',
    spec: { access: 'Disabled' },
    refused: [`access: Disabled needs disable.confirmation: disable, because ${wouldBreak}`],
  },
  {
    title: 'disabling with an empty guard',
    spec: { access: 'Disabled', disable: { whileInUse: 'Allow' } },
    refused: ['access: Disabled needs disable.confirmation: disable'],
  },
  {
    title: 'disabling with another word',
    spec: { access: 'Disabled', disable: { confirmation: 'yes' } },
    refused: ['spec.disable.confirmation: Unsupported value: "yes": supported values: "disable"'],
  },
  {
    title: 'revoking without the word',
    spec: { deletionPolicy: 'Revoke' },
    refused: [
      'deletionPolicy: Revoke needs disable.confirmation: disable, because disabling trusted access stops the service',
    ],
  },
  {
    title: 'two administrators of Identity Center',
    spec: { delegatedAdministrators: [admin, '333333333333'] },
    refused: [
      'sso.amazonaws.com allows one delegated administrator; keep one account in delegatedAdministrators',
    ],
  },
  {
    title: 'administrators of a disabled service',
    spec: {
      access: 'Disabled',
      delegatedAdministrators: [admin],
      disable: { confirmation: 'disable' },
    },
    refused: [
      'access: Disabled cannot have delegated administrators; set delegatedAdministrators: [] to deregister them first',
    ],
  },
  {
    title: 'an external id without a role',
    spec: { organization: { externalId: 'abc' } },
    refused: ['externalId needs a role to assume; set roleArn too, or remove externalId'],
  },
  {
    title: 'another principal',
    old: { servicePrincipal: 'sso.amazonaws.com' },
    spec: { servicePrincipal: 'backup.amazonaws.com' },
    refused: ['servicePrincipal is immutable; create another TrustedAccess for another service'],
  },
  {
    title: 'an interval too short',
    spec: { interval: '4999ms' },
    refused: ['interval must be between 5s and 24h'],
  },
  {
    title: 'an interval too long',
    spec: { interval: '25h' },
    refused: ['interval must be between 5s and 24h'],
  },
  {
    title: 'an interval beyond all bounds',
    spec: { interval: '99999999999999h' },
    refused: ['interval must be between 5s and 24h'],
  },
  {
    title: 'an interval that is none',
    spec: { interval: 'x' },
    refused: [
      `spec.interval: Invalid value: "x": spec.interval in body should match '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$'`,
    ],
  },
  {
    title: 'a word that is none of the choices',
    spec: { access: 'Foo' },
    refused: ['spec.access: Unsupported value: "Foo": supported values: "Enabled", "Disabled"'],
  },
  {
    title: 'an account id without quotes',
    spec: { delegatedAdministrators: [222222222222] },
    refused: [
      'spec.delegatedAdministrators[0]: Invalid value: "integer": spec.delegatedAdministrators[0] in body must be of type string: "integer"',
    ],
  },
  {
    title: 'an account id of eleven digits',
    spec: { delegatedAdministrators: ['22222222222'] },
    refused: [
      `spec.delegatedAdministrators[0]: Invalid value: "22222222222": spec.delegatedAdministrators[0] in body should match '^\\d{12}$'`,
    ],
  },
  {
    title: 'an account twice',
    spec: { servicePrincipal: 'backup.amazonaws.com', delegatedAdministrators: [admin, admin] },
    refused: [`spec.delegatedAdministrators[1]: Duplicate value: "${admin}"`],
  },
  {
    title: 'too many accounts',
    spec: {
      servicePrincipal: 'backup.amazonaws.com',
      delegatedAdministrators: Array.from({ length: 51 }, (_, index) => String(100_000_000_000 + index)),
    },
    refused: ['spec.delegatedAdministrators: Too many: 51: must have at most 50 items'],
  },
  {
    title: 'an empty principal',
    spec: { servicePrincipal: '' },
    refused: [
      'spec.servicePrincipal: Invalid value: "": spec.servicePrincipal in body should be at least 1 chars long',
    ],
  },
  {
    title: 'a principal too long',
    spec: { servicePrincipal: 'a'.repeat(129) },
    refused: ['spec.servicePrincipal: Too long: may not be more than 128 bytes'],
  },
  { title: 'a typing error', spec: { acess: 'Enabled' }, refused: ['unknown field "spec.acess"'] },
  {
    title: 'a typing error further in',
    spec: { organization: { roleARN: 'x' } },
    refused: ['unknown field "spec.organization.roleARN"'],
  },
  {
    title: 'a word where yes or no is asked',
    spec: { suspend: 'maybe' },
    refused: [
      'spec.suspend: Invalid value: "string": spec.suspend in body must be of type boolean: "string"',
    ],
  },
  {
    title: 'a list where a map belongs',
    spec: { organization: [] },
    refused: [
      'spec.organization: Invalid value: "array": spec.organization in body must be of type object: "array"',
    ],
  },
  { title: 'no spec', spec: undefined, refused: ['spec: Required value'] },
];

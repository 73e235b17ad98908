import { nothing, refused } from './contractCase.ts';
import type { Observation } from './observation.ts';

export interface Difference {
  readonly because: string;
  /** What moto shows instead. */
  readonly shows: Observation;
}

const enabledEverything = {
  output: {
    EnabledServicePrincipals: ['account', 'health', 'sso'].map((host) => ({
      ServicePrincipal: `${host}.amazonaws.com`,
    })),
  },
};

const noReasons = 'moto gives exceptions no Reason';
const noFeatureSets = 'moto trusts services whatever the feature set is';
const noOrganizationNeeded = 'moto keeps trusted services and administrators without an organization';
const strangers = 'moto looks for the account in an organization, and finds none';
const noPages = 'moto does not page this list';
const noPatterns = 'moto looks an id up without judging its form';
const noOperation = 'moto does not have the operation';
const noDefaultInstance = 'moto has an Identity Center instance in every account';

/** Where moto is known to answer otherwise than AWS documents, by case and step. */
export const differencesOfMoto: ReadonlyMap<string, Difference> = new Map<string, Difference>([
  [
    'an organization for consolidated billing: lists no trusted services',
    { because: noFeatureSets, shows: { output: { EnabledServicePrincipals: [] } } },
  ],
  ['an organization for consolidated billing: trusts none', { because: noFeatureSets, shows: nothing }],
  [
    'a member account: has an id of twelve digits',
    { because: noPatterns, shows: refused('AccountNotFoundException') },
  ],
  [
    'leaving an organization: is not possible for an administrator',
    { because: 'moto lets an administrator go', shows: nothing },
  ],
  [
    'leaving an organization: is not possible for the management account',
    {
      because: 'moto removes the management account from its organization',
      shows: refused('AWSOrganizationsNotInUseException'),
    },
  ],
  [
    'leaving an organization: is not possible for a stranger',
    { because: strangers, shows: refused('AWSOrganizationsNotInUseException') },
  ],
  [
    'closing an account: is not possible for the management account',
    { because: 'moto closes the management account', shows: nothing },
  ],
  [
    'closing an account: ends in the state closed',
    {
      because: 'moto has one word for both account states',
      shows: { output: { Account: { Status: 'SUSPENDED', State: 'SUSPENDED' } } },
    },
  ],
  [
    'trusted access: a principal that AWS does not know cannot be enabled',
    { because: noReasons, shows: { error: 'InvalidInputException' } },
  ],
  [
    'trusted access: a principal that AWS does not know cannot be disabled',
    { because: noReasons, shows: { error: 'InvalidInputException' } },
  ],
  [
    'pages of trusted services: a page has no more than MaxResults and a token for the next',
    { because: noPages, shows: { output: { count: 3, more: false } } },
  ],
  [
    'pages of trusted services: a token that AWS did not give is invalid',
    { because: noPages, shows: enabledEverything },
  ],
  [
    'pages of trusted services: more than 20 a page cannot be asked for',
    { because: noPages, shows: enabledEverything },
  ],
  [
    'trusted access without an organization: cannot be enabled',
    { because: noOrganizationNeeded, shows: nothing },
  ],
  [
    'trusted access without an organization: cannot be disabled',
    { because: noOrganizationNeeded, shows: nothing },
  ],
  [
    'trusted access without an organization: cannot be listed',
    { because: noOrganizationNeeded, shows: { output: { EnabledServicePrincipals: [] } } },
  ],
  [
    'one administrator of IAM Identity Center: a second administrator is one too many',
    { because: 'moto knows no maximum', shows: nothing },
  ],
  [
    'one administrator of IAM Identity Center: the refused one administers nothing',
    {
      because: 'moto knows no maximum',
      shows: { output: { DelegatedServices: [{ ServicePrincipal: 'sso.amazonaws.com' }] } },
    },
  ],
  [
    'one administrator of IAM Identity Center: the slot is free afterwards',
    {
      because: 'moto knows no maximum: it was registered before',
      shows: refused('AccountAlreadyRegisteredException'),
    },
  ],
  [
    'who cannot be an administrator: the management account',
    { because: noReasons, shows: { error: 'ConstraintViolationException' } },
  ],
  [
    'who cannot be an administrator: a closed account',
    { because: 'moto lets a closed account administer', shows: nothing },
  ],
  [
    'who cannot be an administrator: anyone, of a service AWS does not know',
    { because: noReasons, shows: { error: 'InvalidInputException' } },
  ],
  [
    'who cannot be an administrator: something that is not an account id',
    { because: noPatterns, shows: refused('AccountNotFoundException') },
  ],
  [
    'who cannot be an administrator: nobody is deregistered who was not registered',
    {
      because: 'moto knows an account only from its first registration',
      shows: { error: 'InvalidInputException' },
    },
  ],
  [
    'who cannot be an administrator: a stranger has no services to list',
    { because: strangers, shows: refused('AWSOrganizationsNotInUseException') },
  ],
  [
    'delegation and trusted access: registering comes after enabling',
    { because: 'moto does not tie delegation to trusted access', shows: nothing },
  ],
  [
    'delegation and trusted access: and works then',
    {
      because: 'moto does not tie delegation to trusted access: it was registered before',
      shows: refused('AccountAlreadyRegisteredException'),
    },
  ],
  [
    'delegation without an organization: cannot be listed',
    { because: noOrganizationNeeded, shows: { output: { DelegatedAdministrators: [] } } },
  ],
  [
    'delegation without an organization: cannot be made',
    { because: noOrganizationNeeded, shows: refused('AccountNotFoundException') },
  ],
  [
    'who calls: a role that does not exist cannot be assumed',
    {
      because: 'moto does not look at roles when one is assumed',
      shows: {
        output: { AssumedRoleUser: { Arn: 'arn:aws:sts::<alpha>:assumed-role/nobody/session' } },
      },
    },
  ],
  [
    'a service-linked role: is named as AWS documents',
    {
      because: 'moto makes the name from the principal',
      shows: { output: { isDocumented: false } },
    },
  ],
  [
    'the regions of an account: have those that every account has, and those that it has to enable',
    { because: noOperation, shows: { error: 'Unreadable' } },
  ],
  [
    'the regions of an account: have no page of more than fifty',
    { because: noOperation, shows: { error: 'Unreadable' } },
  ],
  [
    'IAM Identity Center that nobody set up: has no instance',
    {
      because: noDefaultInstance,
      shows: { output: { Instances: [{ OwnerAccountId: '<management>', Status: 'ACTIVE' }] } },
    },
  ],
  [
    'IAM Identity Center that nobody set up: describes no instance',
    { because: noOperation, shows: { error: 'Unreadable' } },
  ],
  [
    'IAM Identity Center that nobody set up: has no permission sets to list',
    {
      because: 'moto lists the sets of any instance',
      shows: { output: { PermissionSets: [] } },
    },
  ],
]);

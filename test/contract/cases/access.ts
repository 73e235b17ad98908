import {
  DisableAWSServiceAccessCommand,
  EnableAWSServiceAccessCommand,
  ListAWSServiceAccessForOrganizationCommand,
} from '@aws-sdk/client-organizations';
import { type ContractCase, type Fixture, nothing, refused } from '../contractCase.ts';

const enable =
  (ServicePrincipal: string) =>
  ({ clients }: Fixture) =>
    clients.organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
const disable =
  (ServicePrincipal: string) =>
  ({ clients }: Fixture) =>
    clients.organizations.send(new DisableAWSServiceAccessCommand({ ServicePrincipal }));
const list =
  (page: { MaxResults?: number; NextToken?: string } = {}) =>
  ({ clients }: Fixture) =>
    clients.organizations.send(new ListAWSServiceAccessForOrganizationCommand(page));

const sso = 'sso.amazonaws.com';

export const accessCases: readonly ContractCase[] = [
  {
    about: 'trusted access',
    given: (fixture) => fixture.organization(),
    steps: [
      {
        says: 'a new organization trusts no service',
        call: list(),
        shows: { output: { EnabledServicePrincipals: [] } },
      },
      { says: 'enabling answers with an empty body', call: enable(sso), shows: nothing },
      {
        says: 'an enabled service is listed with its date',
        call: list(),
        shows: { output: { EnabledServicePrincipals: [{ ServicePrincipal: sso, DateEnabled: '<time>' }] } },
      },
      { says: 'enabling again is no error', call: enable(sso), shows: nothing },
      { says: 'disabling answers with an empty body', call: disable(sso), shows: nothing },
      {
        says: 'a disabled service is not listed',
        call: list(),
        shows: { output: { EnabledServicePrincipals: [] } },
      },
      { says: 'disabling again is no error', call: disable(sso), shows: nothing },
      {
        says: 'a principal that AWS does not know cannot be enabled',
        call: enable('nobody.amazonaws.com'),
        shows: refused('InvalidInputException', 'UNRECOGNIZED_SERVICE_PRINCIPAL'),
      },
      {
        says: 'a principal that AWS does not know cannot be disabled',
        call: disable('nobody.amazonaws.com'),
        shows: refused('InvalidInputException', 'UNRECOGNIZED_SERVICE_PRINCIPAL'),
      },
      {
        says: 'a principal with a space is invalid',
        call: enable('sso amazonaws com'),
        shows: { error: 'InvalidInputException' },
      },
    ],
  },
  {
    about: 'pages of trusted services',
    async given(fixture) {
      await fixture.organization();
      for (const host of ['account', 'health', 'sso']) await enable(`${host}.amazonaws.com`)(fixture);
    },
    steps: [
      {
        says: 'a page has no more than MaxResults and a token for the next',
        call: async (fixture) => {
          const { EnabledServicePrincipals, NextToken, $metadata } = await list({ MaxResults: 2 })(fixture);
          return { $metadata, count: EnabledServicePrincipals?.length, more: NextToken !== undefined };
        },
        shows: { output: { count: 2, more: true } },
      },
      {
        says: 'the pages together are the whole, each once',
        call: async (fixture) => {
          const seen: string[] = [];
          let NextToken: string | undefined;
          do {
            const page = await list({ MaxResults: 1, ...(NextToken ? { NextToken } : {}) })(fixture);
            for (const { ServicePrincipal } of page.EnabledServicePrincipals ?? []) {
              seen.push(ServicePrincipal ?? '');
            }
            NextToken = page.NextToken;
          } while (NextToken !== undefined);
          return { seen: seen.sort() };
        },
        shows: { output: { seen: ['account', 'health', 'sso'].map((host) => `${host}.amazonaws.com`) } },
      },
      {
        says: 'a token that AWS did not give is invalid',
        call: list({ NextToken: 'not-a-token' }),
        shows: refused('InvalidInputException', 'INVALID_NEXT_TOKEN'),
      },
      {
        says: 'more than 20 a page cannot be asked for',
        call: list({ MaxResults: 21 }),
        shows: { error: 'InvalidInputException' },
      },
    ],
  },
  {
    about: 'trusted access without an organization',
    steps: [
      { says: 'cannot be enabled', call: enable(sso), shows: refused('AWSOrganizationsNotInUseException') },
      { says: 'cannot be disabled', call: disable(sso), shows: refused('AWSOrganizationsNotInUseException') },
      { says: 'cannot be listed', call: list(), shows: refused('AWSOrganizationsNotInUseException') },
    ],
  },
];

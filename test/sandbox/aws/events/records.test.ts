import { describe, expect, it } from 'vitest';
import { rootUser } from '../../../../sandbox/aws/callers.ts';
import { management, member } from './fixture.ts';
import { details, sso, start, type TrailFixture } from './trailFixture.ts';

describe('the record of each event the operator lives on', () => {
  const everyField = {
    eventVersion: expect.stringMatching(/^1\.\d+$/),
    eventTime: expect.stringMatching(/^2026-05-03T21:\d\d:\d\dZ$/),
    eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    managementEvent: true,
    eventCategory: 'Management',
    readOnly: false,
    responseElements: null,
  };
  const apiCall = {
    ...everyField,
    eventType: 'AwsApiCall',
    eventSource: 'organizations.amazonaws.com',
    awsRegion: 'us-east-1',
    requestID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    recipientAccountId: management,
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'organizations.us-east-1.amazonaws.com',
    },
  };
  const serviceEvent = {
    ...everyField,
    eventType: 'AwsServiceEvent',
    eventSource: 'organizations.amazonaws.com',
    requestParameters: null,
    recipientAccountId: management,
    userIdentity: { accountId: management, invokedBy: 'AWS Internal' },
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
  };
  type Fixture = TrailFixture;
  const administrator = { ...sso, AccountId: member };
  const memberOf = ({ aws }: Fixture) => rootUser(aws.world, member);
  const enable = (fixture: Fixture) => fixture.act(fixture.root, 'EnableAWSServiceAccess', sso);

  const cases: readonly (readonly [what: string, does: (fixture: Fixture) => void, reported: object[]])[] = [
    [
      'EnableAWSServiceAccess',
      enable,
      [
        {
          ...apiCall,
          eventName: 'EnableAWSServiceAccess',
          requestParameters: { servicePrincipal: 'sso.amazonaws.com' },
        },
      ],
    ],
    [
      'DisableAWSServiceAccess',
      (fixture) => {
        enable(fixture);
        fixture.act(fixture.root, 'DisableAWSServiceAccess', sso);
      },
      [
        {
          ...apiCall,
          eventName: 'DisableAWSServiceAccess',
          requestParameters: { servicePrincipal: 'sso.amazonaws.com' },
        },
      ],
    ],
    [
      'RegisterDelegatedAdministrator and DeregisterDelegatedAdministrator',
      (fixture) => {
        enable(fixture);
        fixture.act(fixture.root, 'RegisterDelegatedAdministrator', administrator);
        fixture.act(fixture.root, 'DeregisterDelegatedAdministrator', administrator);
      },
      ['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'].map((eventName) => ({
        ...apiCall,
        eventName,
        requestParameters: { servicePrincipal: 'sso.amazonaws.com', accountId: member },
      })),
    ],
    [
      'RemoveAccountFromOrganization and the departure',
      ({ act, root }) => act(root, 'RemoveAccountFromOrganization', { AccountId: member }),
      [
        {
          ...apiCall,
          eventName: 'RemoveAccountFromOrganization',
          requestParameters: { accountId: member },
        },
        { ...serviceEvent, eventName: 'AccountDepartedOrganization' },
      ],
    ],
    [
      'the departure of an account that leaves by itself, whose call its own trail has',
      (fixture) => fixture.act(memberOf(fixture), 'LeaveOrganization'),
      [{ ...serviceEvent, eventName: 'AccountDepartedOrganization' }],
    ],
    [
      'CloseAccount and its result',
      ({ act, root }) => act(root, 'CloseAccount', { AccountId: member }),
      [
        { ...apiCall, eventName: 'CloseAccount', requestParameters: { accountId: member } },
        {
          ...serviceEvent,
          eventName: 'CloseAccountResult',
          userIdentity: { accountId: management, invokedBy: 'organizations.amazonaws.com' },
          sourceIPAddress: 'organizations.amazonaws.com',
          userAgent: 'organizations.amazonaws.com',
          serviceEventDetails: { closeAccountStatus: { accountId: member, state: 'SUCCEEDED' } },
        },
      ],
    ],
  ];

  it.each(cases)('%s', (_what, does, reported) => {
    const fixture = start();
    fixture.listen(management, 'us-east-1');
    does(fixture);
    fixture.clock.advance(1000);
    for (const one of reported)
      expect(details(fixture.received)).toContainEqual(expect.objectContaining(asMatch(one)));
    const kinds = fixture.received.map((event) => [event['detail-type'], Object(event['detail']).eventType]);
    for (const [detailType, eventType] of kinds) {
      expect(detailType).toBe(
        eventType === 'AwsApiCall' ? 'AWS API Call via CloudTrail' : 'AWS Service Event via CloudTrail',
      );
    }
  });

  /** Structures are matched by what is expected of them. */
  const asMatch = (expected: object): object =>
    Object.fromEntries(
      Object.entries(expected).map(([name, value]) => [
        name,
        typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
          ? expect.objectContaining(asMatch(value))
          : value,
      ]),
    );

  it('is reported in the source of its service', () => {
    const { act, root, clock, received, listen } = start();
    listen(management, 'us-east-1');
    act(root, 'CreateServiceLinkedRole', { AWSServiceName: 'sso.amazonaws.com' }, 'iam');
    act(root, 'EnableAWSServiceAccess', sso);
    clock.advance(1000);
    expect(new Set(received.map(({ source }) => source))).toEqual(new Set(['aws.organizations', 'aws.iam']));
  });

  it('is reported where Organizations is in the partition', () => {
    const { act, root, clock, received, listen } = start({ partition: 'aws-cn' });
    listen(management, 'cn-northwest-1');
    listen(management, 'us-east-1');
    act(root, 'EnableAWSServiceAccess', sso);
    clock.advance(1000);
    expect(received[0]).toMatchObject({
      region: 'cn-northwest-1',
      account: management,
      detail: { userIdentity: { arn: `arn:aws-cn:iam::${management}:root` } },
    });
    expect(received.every(({ region }) => region === 'cn-northwest-1')).toBe(true);
  });
});

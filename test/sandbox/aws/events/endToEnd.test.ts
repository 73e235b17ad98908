import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { DisableAWSServiceAccessCommand, EnableAWSServiceAccessCommand } from '@aws-sdk/client-organizations';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clients, type Fixture, management, member, setFixture } from './fixture.ts';
import { type Infrastructure, makeInfrastructure } from './infrastructure.ts';

const ServicePrincipal = 'sso.amazonaws.com';

describe('an outside user disables access', () => {
  let fixture: Fixture;
  let operator: Clients;
  let infrastructure: Infrastructure;

  beforeEach(async () => {
    fixture = await setFixture();
    operator = fixture.clients();
    infrastructure = await makeInfrastructure(operator);
    fixture.aws.actAs(fixture.user('setup'))('organizations', 'EnableAWSServiceAccess', { ServicePrincipal });
    await nextEvent();
  });
  afterEach(() => fixture.stop());

  const nextEvent = async () => {
    const { Messages } = await operator.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: infrastructure.queueUrl, WaitTimeSeconds: 10 }),
    );
    const { Body = '', ReceiptHandle } = Messages?.[0] ?? {};
    await operator.sqs.send(new DeleteMessageCommand({ QueueUrl: infrastructure.queueUrl, ReceiptHandle }));
    return JSON.parse(Body);
  };

  it('the operator receives the change and its actor through rule and queue', async () => {
    const outsider = fixture.outsider({
      sessionName: 'mallory@example.com',
      sourceIdentity: 'mallory',
      sourceIp: '203.0.113.9',
      userAgent: 'aws-cli/2.30',
    });
    const { organizations } = fixture.clients(outsider);
    const answered = await organizations.send(new DisableAWSServiceAccessCommand({ ServicePrincipal }));

    const event = await nextEvent();
    expect(Object.keys(event)).toEqual([
      'version',
      'id',
      'detail-type',
      'source',
      'account',
      'time',
      'region',
      'resources',
      'detail',
    ]);
    expect(event).toMatchObject({
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.organizations',
      account: management,
      region: 'us-east-1',
      resources: [],
      detail: {
        eventName: 'DisableAWSServiceAccess',
        eventSource: 'organizations.amazonaws.com',
        eventType: 'AwsApiCall',
        awsRegion: 'us-east-1',
        requestParameters: { servicePrincipal: ServicePrincipal },
        responseElements: null,
        requestID: answered.$metadata.requestId,
        readOnly: false,
        recipientAccountId: management,
        sourceIPAddress: '203.0.113.9',
        userIdentity: {
          type: 'AssumedRole',
          arn: `arn:aws:sts::${management}:assumed-role/Admin/mallory@example.com`,
          accountId: management,
          sessionContext: {
            sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${management}:role/Admin`, userName: 'Admin' },
            sourceIdentity: 'mallory',
          },
        },
      },
    });
    expect(event.detail).not.toHaveProperty('errorCode');
  });

  it('the event of a refused attempt reports the refusal', async () => {
    const noAdministrator = fixture.user('nobody', []);
    const { organizations } = fixture.clients(noAdministrator);
    await expect(
      organizations.send(new DisableAWSServiceAccessCommand({ ServicePrincipal })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect((await nextEvent()).detail).toMatchObject({
      eventName: 'DisableAWSServiceAccess',
      errorCode: 'AccessDeniedException',
      errorMessage: expect.stringContaining(
        'not authorized to perform: organizations:DisableAWSServiceAccess',
      ),
      userIdentity: { type: 'IAMUser', userName: 'nobody' },
    });
  });

  it('the event history has the change without a queue', async () => {
    const act = fixture.aws.actAs(fixture.outsider());
    act('organizations', 'DisableAWSServiceAccess', { ServicePrincipal });
    const { Events = [] } = await operator.cloudTrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'DisableAWSServiceAccess' }],
      }),
    );
    expect(Events).toMatchObject([
      { EventName: 'DisableAWSServiceAccess', Username: 'mallory', ReadOnly: 'false' },
    ]);
    const reported = JSON.parse(Events[0]?.CloudTrailEvent ?? '');
    expect(reported).toEqual((await nextEvent()).detail);
  });

  it('reads make no events', async () => {
    const act = fixture.aws.actAs(fixture.outsider());
    act('organizations', 'DescribeOrganization');
    act('organizations', 'RemoveAccountFromOrganization', { AccountId: member });
    expect((await nextEvent()).detail.eventName).toBe('RemoveAccountFromOrganization');
    expect(await nextEvent()).toMatchObject({
      'detail-type': 'AWS Service Event via CloudTrail',
      detail: {
        eventName: 'AccountDepartedOrganization',
        eventType: 'AwsServiceEvent',
        userIdentity: { accountId: management, invokedBy: 'AWS Internal' },
        requestParameters: null,
      },
    });
  });

  it('no event arrives once the trail stopped logging', async () => {
    const act = fixture.aws.actAs(fixture.outsider());
    act('cloudtrail', 'StopLogging', { Name: 'management-events' });
    act('organizations', 'DisableAWSServiceAccess', { ServicePrincipal });
    fixture.events.cloudTrail.put({ account: management });
    const { organizations } = fixture.clients(fixture.outsider());
    await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    expect((await nextEvent()).detail.eventName).toBe('EnableAWSServiceAccess');
  });
});

import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { DisableAWSServiceAccessCommand, EnableAWSServiceAccessCommand } from '@aws-sdk/client-organizations';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePlumbing, type Plumbing } from './plumbing.ts';
import { type Clients, management, member, type Stage, setStage } from './stage.ts';

const ServicePrincipal = 'sso.amazonaws.com';

describe('somebody outside disables access', () => {
  let stage: Stage;
  let operator: Clients;
  let plumbing: Plumbing;

  beforeEach(async () => {
    stage = await setStage();
    operator = stage.clients();
    plumbing = await makePlumbing(operator);
    stage.aws.actAs(stage.user('setup'))('organizations', 'EnableAWSServiceAccess', { ServicePrincipal });
    await nextEvent();
  });
  afterEach(() => stage.stop());

  const nextEvent = async () => {
    const { Messages } = await operator.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: plumbing.queueUrl, WaitTimeSeconds: 10 }),
    );
    const { Body = '', ReceiptHandle } = Messages?.[0] ?? {};
    await operator.sqs.send(new DeleteMessageCommand({ QueueUrl: plumbing.queueUrl, ReceiptHandle }));
    return JSON.parse(Body);
  };

  it('and the operator hears what, and who, through rule and queue', async () => {
    const outsider = stage.outsider({
      sessionName: 'mallory@example.com',
      sourceIdentity: 'mallory',
      sourceIp: '203.0.113.9',
      userAgent: 'aws-cli/2.30',
    });
    const { organizations } = stage.clients(outsider);
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

  it('or tries to, and the event says that it was refused', async () => {
    const nobody = stage.user('nobody', []);
    const { organizations } = stage.clients(nobody);
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

  it('and without a queue, the event history tells', async () => {
    const act = stage.aws.actAs(stage.outsider());
    act('organizations', 'DisableAWSServiceAccess', { ServicePrincipal });
    const { Events = [] } = await operator.cloudTrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'DisableAWSServiceAccess' }],
      }),
    );
    expect(Events).toMatchObject([
      { EventName: 'DisableAWSServiceAccess', Username: 'mallory', ReadOnly: 'false' },
    ]);
    const told = JSON.parse(Events[0]?.CloudTrailEvent ?? '');
    expect(told).toEqual((await nextEvent()).detail);
  });

  it('while reads are not told', async () => {
    const act = stage.aws.actAs(stage.outsider());
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

  it('and nothing is heard once the trail stopped logging', async () => {
    const act = stage.aws.actAs(stage.outsider());
    act('cloudtrail', 'StopLogging', { Name: 'management-events' });
    act('organizations', 'DisableAWSServiceAccess', { ServicePrincipal });
    act('cloudtrail', 'StartLogging', { Name: 'management-events' });
    const { organizations } = stage.clients(stage.outsider());
    await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    expect((await nextEvent()).detail.eventName).toBe('EnableAWSServiceAccess');
  });
});

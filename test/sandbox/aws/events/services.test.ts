import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { iamUser, roleSession } from '../../../../sandbox/aws/callers.ts';
import { putRole, putUser } from '../../../../sandbox/aws/seed.ts';
import { eventually } from '../../../harness/eventually.ts';
import { type Clients, type Fixture, management, member, setFixture } from './fixture.ts';
import { type Infrastructure, makeInfrastructure } from './infrastructure.ts';

let fixture: Fixture;
let operator: Clients;
let infrastructure: Infrastructure;

beforeEach(async () => {
  fixture = await setFixture();
  operator = fixture.clients();
  infrastructure = await makeInfrastructure(operator);
});
afterEach(() => fixture.stop());

describe('part of a batch fails, by script', () => {
  it('the answer names the failed messages to send and to delete', async () => {
    const { queueUrl: QueueUrl } = infrastructure;
    const fault = { code: 'InternalError', message: 'try again', senderFault: false };
    fixture.events.queues.settings.entryFault = ({ operation, id }) =>
      id === 'b' && operation !== 'ReceiveMessage' ? fault : undefined;
    const sent = await operator.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id })),
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(sent.Failed).toEqual([
      { Id: 'b', SenderFault: false, Code: 'InternalError', Message: 'try again' },
    ]);
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await operator.sqs.send(receive);
    const deleted = await operator.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, at) => ({ Id: at === 0 ? 'a' : 'b', ReceiptHandle })),
      }),
    );
    expect(deleted.Failed?.map(({ Id }) => Id)).toEqual(['b']);
    expect(fixture.events.queues.byArn(infrastructure.queueArn)?.counts()).toMatchObject({ inFlight: 1 });
  });

  it('the answer names the failed targets to put and to remove', async () => {
    fixture.events.buses.settings.targetFault = ({ target }) =>
      target === 'bad' ? { code: 'ConcurrentModificationException', message: 'later' } : undefined;
    const Arn = infrastructure.queueArn;
    const put = await operator.events.send(
      new PutTargetsCommand({
        Rule: 'trusted-access',
        Targets: [
          { Id: 'good', Arn },
          { Id: 'bad', Arn },
        ],
      }),
    );
    expect(put).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [
        { TargetId: 'bad', ErrorCode: 'ConcurrentModificationException', ErrorMessage: 'later' },
      ],
    });
    const removed = await operator.events.send(
      new RemoveTargetsCommand({ Rule: 'trusted-access', Ids: ['good', 'bad', 'queue'] }),
    );
    expect(removed.FailedEntryCount).toBe(1);
    const left = await operator.events.send(new ListTargetsByRuleCommand({ Rule: 'trusted-access' }));
    expect(left.Targets).toEqual([]);
  });

  it('the answer names the failed events to put', async () => {
    fixture.events.buses.settings.eventFault = ({ detailType }) =>
      detailType === 'second' ? { code: 'InternalFailure', message: 'try again' } : undefined;
    const Entries = ['first', 'second'].map((DetailType) => ({ Source: 'me', DetailType, Detail: '{}' }));
    expect(await operator.events.send(new PutEventsCommand({ Entries }))).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ EventId: expect.any(String) }, { ErrorCode: 'InternalFailure' }],
    });
  });
});

describe('who may', () => {
  const consumer = [
    { actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'events:DescribeRule'] },
  ];

  it('a role does what its policy says and no more', async () => {
    const role = putRole(fixture.aws.world, management, { name: 'consumer', statements: consumer });
    const { sqs, events, cloudTrail } = fixture.clients(
      roleSession(fixture.aws.world, management, role, { sessionName: 'operator' }),
    );
    const { queueUrl: QueueUrl } = infrastructure;
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await events.send(new DescribeRuleCommand({ Name: 'trusted-access' }));
    const denied = expect.objectContaining({ name: expect.stringMatching(/^AccessDenied/) });
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toEqual(denied);
    await expect(
      events.send(new PutTargetsCommand({ Rule: 'trusted-access', Targets: [{ Id: 'a', Arn: 'x' }] })),
    ).rejects.toEqual(denied);
    await expect(cloudTrail.send(new LookupEventsCommand({}))).rejects.toEqual(denied);
  });

  it('another account reads a queue only as the queue lets it', async () => {
    const neighbour = iamUser(member, putUser(fixture.aws.world, member, 'reader'));
    const { sqs } = fixture.clients(neighbour);
    const receive = new ReceiveMessageCommand({ QueueUrl: infrastructure.queueUrl });
    await expect(sqs.send(receive)).rejects.toMatchObject({
      message: expect.stringContaining('no resource-based policy allows the sqs:receivemessage action'),
    });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${member}:root` },
          Action: 'sqs:*',
          Resource: infrastructure.queueArn,
        },
      ],
    });
    await operator.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: infrastructure.queueUrl, Attributes: { Policy } }),
    );
    expect((await sqs.send(receive)).Messages).toBeUndefined();
  });

  it('a queue policy denies every caller, also the owner', async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sqs:ReceiveMessage', Resource: '*' }],
    });
    const { queueUrl: QueueUrl } = infrastructure;
    await operator.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await expect(operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
    await operator.sqs.send(new GetQueueAttributesCommand({ QueueUrl }));
  });

  it('another account puts events on a bus only as the bus lets it', async () => {
    const { events } = fixture.clients(iamUser(member, putUser(fixture.aws.world, member, 'writer')));
    const EventBusName = `arn:aws:events:us-east-1:${management}:event-bus/default`;
    const put = new PutEventsCommand({
      Entries: [{ Source: 'me', DetailType: 'd', Detail: '{}', EventBusName }],
    });
    expect((await events.send(put)).Entries).toMatchObject([{ ErrorCode: 'AccessDeniedException' }]);
    await operator.events.send(
      new PutPermissionCommand({ Principal: member, StatementId: 'member', Action: 'events:PutEvents' }),
    );
    expect((await events.send(put)).FailedEntryCount).toBe(0);
  });
});

describe('a queue with a key of its own', () => {
  it.each([
    ['grants the reader nothing', { state: 'Enabled', grants: ['events.amazonaws.com'] }, 'KmsAccessDenied'],
    ['is disabled', { state: 'Disabled' }, 'KmsDisabled'],
    ['is about to be deleted', { state: 'PendingDeletion' }, 'KmsInvalidState'],
    ['is gone', { state: 'Missing' }, 'KmsNotFound'],
  ] as const)('cannot be read when the key %s', async (_about, state, name) => {
    const { queueUrl: QueueUrl } = infrastructure;
    const KmsMasterKeyId = 'alias/events';
    await operator.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { KmsMasterKeyId } }));
    await operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    fixture.events.queues.settings.keys.set(KmsMasterKeyId, state);
    await expect(operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({ name });
  });
});

describe('looking events up', () => {
  it('is allowed twice a second', async () => {
    fixture.aws.settings.throttles = { scale: 1 };
    const calls = Array.from({ length: 6 }, () =>
      operator.cloudTrail.send(new LookupEventsCommand({})).then(
        () => 'answered',
        ({ name }) => name,
      ),
    );
    const outcomes = await Promise.all(calls);
    expect(outcomes.slice(0, 2)).toEqual(['answered', 'answered']);
    expect(outcomes).toContain('ThrottlingException');
  });

  it('reports nothing that is younger than the history is late', async () => {
    fixture.events.cloudTrail.settings.historyDelay = 3_600_000;
    expect((await operator.cloudTrail.send(new LookupEventsCommand({}))).Events).toEqual([]);
  });
});

describe('a waiting reader', () => {
  const waitersAre = (url: string, count: number) =>
    eventually(
      async () => {
        const waiting = fixture.events.queues.byUrl(url, 'us-east-1').waiting();
        if (waiting !== count) throw new Error(`${waiting} wait`);
      },
      { timeoutMs: 20_000, everyMs: 5, what: `${count} to wait` },
    );

  it('takes no message when it hangs up', async () => {
    const { queueUrl: QueueUrl } = infrastructure;
    const leaving = new AbortController();
    const waiting = operator.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: leaving.signal,
    });
    const left = expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await waitersAre(QueueUrl, 1);
    leaving.abort();
    await left;
    await waitersAre(QueueUrl, 0);
    await operator.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'still here' }));
    const { Messages } = await operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.[0]?.Body).toBe('still here');
  });

  it('is answered when the queue is deleted, and the next is reported that it is gone', async () => {
    const { QueueUrl = '' } = await operator.sqs.send(new CreateQueueCommand({ QueueName: 'short-lived' }));
    const waiting = operator.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await waitersAre(QueueUrl, 1);
    const queue = fixture.events.queues.byUrl(QueueUrl, 'us-east-1');
    fixture.events.queues.delete(queue);
    expect((await waiting).Messages).toBeUndefined();
    await expect(operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });
});

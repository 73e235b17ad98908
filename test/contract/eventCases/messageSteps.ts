import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { EventFixture } from './eventCase.ts';
import { makeQueue } from './queueSteps.ts';

export const send =
  (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  ({ sqs, note }: EventFixture) =>
    sqs.send(new SendMessageCommand({ QueueUrl: note('q'), MessageBody, ...more }));
export const receive =
  (more: Partial<ReceiveMessageCommandInput> = {}) =>
  async ({ sqs, note, notes }: EventFixture) => {
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: note('q'), ...more }));
    notes.set('handle', received.Messages?.[0]?.ReceiptHandle ?? note('handle'));
    return received;
  };
export const deleteNoted = ({ sqs, note }: EventFixture) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl: note('q'), ReceiptHandle: note('handle') }));
export const hide =
  (VisibilityTimeout: number, handle?: string) =>
  ({ sqs, note }: EventFixture) =>
    sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: note('q'),
        ReceiptHandle: handle ?? note('handle'),
        VisibilityTimeout,
      }),
    );
export const counts = async ({ sqs, note }: EventFixture) => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: note('q'), AttributeNames: ['All'] }),
  );
  return {
    visible: Attributes.ApproximateNumberOfMessages,
    hidden: Attributes.ApproximateNumberOfMessagesNotVisible,
  };
};
export const batch =
  (...entries: (readonly [id: string, body: string])[]) =>
  ({ sqs, note }: EventFixture) =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: note('q'),
        Entries: entries.map(([Id, MessageBody]) => ({ Id, MessageBody })),
      }),
    );
export const standard = async (fixture: EventFixture) => {
  fixture.notes.set('handle', '');
  await makeQueue('q')(fixture);
};
export const ids = (count: number) => Array.from({ length: count }, (_, i) => [`m${i}`, 'a'] as const);

import type { Field, InputShape } from '../inputs.ts';

const text: Field = { kind: 'string', required: true };
const list: Field = { kind: 'list', required: true };
const map: Field = { kind: 'structure', required: true };
const onQueue = { QueueUrl: text };

/** What must be there (Amazon SQS API Reference); SQS bounds the values by itself, in its own words. */
export const shapes = {
  createQueue: { QueueName: text, Attributes: { kind: 'structure' }, tags: { kind: 'structure' } },
  getQueueUrl: { QueueName: text, QueueOwnerAWSAccountId: { kind: 'string' } },
  onQueue,
  getAttributes: { ...onQueue, AttributeNames: { kind: 'list' } },
  setAttributes: { ...onQueue, Attributes: map },
  tag: { ...onQueue, Tags: map },
  send: { ...onQueue, MessageBody: text },
  batch: { ...onQueue, Entries: list },
  receipt: { ...onQueue, ReceiptHandle: text },
  changeVisibility: {
    ...onQueue,
    ReceiptHandle: text,
    VisibilityTimeout: { kind: 'integer', required: true },
  },
} satisfies Readonly<Record<string, InputShape>>;

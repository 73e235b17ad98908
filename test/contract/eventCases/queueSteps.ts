import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { EventFixture } from './eventCase.ts';

export const makeQueue =
  (QueueName: string, Attributes: Partial<Record<QueueAttributeName, string>> = {}, as = QueueName) =>
  async ({ sqs, notes }: EventFixture) => {
    const made = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    notes.set(as, made.QueueUrl ?? '');
    return made;
  };

export const attributes =
  (queue: string, ...names: QueueAttributeName[]) =>
  ({ sqs, note }: EventFixture) =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl: note(queue), AttributeNames: names }));
export const set =
  (queue: string, Attributes: Partial<Record<QueueAttributeName, string>>) =>
  ({ sqs, note }: EventFixture) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl: note(queue), Attributes }));
export const gone = 'http://127.0.0.1:1/123456789012/gone';
export const tagList = ({ sqs, note }: EventFixture) =>
  sqs.send(new ListQueueTagsCommand({ QueueUrl: note('q') }));

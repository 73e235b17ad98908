import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { EventStage } from './eventCase.ts';

export const makeQueue =
  (QueueName: string, Attributes: Partial<Record<QueueAttributeName, string>> = {}, as = QueueName) =>
  async ({ sqs, notes }: EventStage) => {
    const made = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    notes.set(as, made.QueueUrl ?? '');
    return made;
  };

export const attributes =
  (queue: string, ...names: QueueAttributeName[]) =>
  ({ sqs, note }: EventStage) =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl: note(queue), AttributeNames: names }));
export const set =
  (queue: string, Attributes: Partial<Record<QueueAttributeName, string>>) =>
  ({ sqs, note }: EventStage) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl: note(queue), Attributes }));
export const gone = 'http://127.0.0.1:1/123456789012/gone';
export const tagList = ({ sqs, note }: EventStage) =>
  sqs.send(new ListQueueTagsCommand({ QueueUrl: note('q') }));

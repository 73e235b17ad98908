import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { issueKeys } from '../../../src/sandbox/founding.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;
let url: string;
let authorization: string;

beforeEach(async () => {
  stage = await setStage();
  url = stage.aws.url ?? '';
  const { accessKeyId } = issueKeys(stage.aws.world, stage.user('old-sdk'));
  const scope = `${accessKeyId}/20260101/us-east-1/sqs/aws4_request`;
  authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
});
afterEach(() => stage.stop());

/** What an SDK from before 2023 posts, and the XML it gets, free of ids. */
const ask = async (Action: string, parameters: Record<string, string> = {}) => {
  const body = new URLSearchParams({ Action, Version: '2012-11-05', ...parameters });
  const response = await fetch(url, { method: 'POST', headers: { authorization }, body });
  const text = await response.text();
  const ids = /<(RequestId|MessageId|ReceiptHandle)>[^<]*/g;
  return {
    status: response.status,
    handle: /<ReceiptHandle>([^<]*)/.exec(text)?.[1],
    xml: text.replace(ids, '<$1>'),
  };
};
const result = (operation: string, inner: string) =>
  `<${operation}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><${operation}Result>${inner}` +
  `</${operation}Result><ResponseMetadata><RequestId></RequestId></ResponseMetadata></${operation}Response>`;

it('SQS answers the older query protocol with the same queues', async () => {
  const QueueUrl = `${url}/111111111111/old`;
  const created = await ask('CreateQueue', {
    QueueName: 'old',
    'Attribute.1.Name': 'VisibilityTimeout',
    'Attribute.1.Value': '60',
    'Tag.1.Key': 'team',
    'Tag.1.Value': 'identity',
  });
  expect(created.xml).toBe(result('CreateQueue', `<QueueUrl>${QueueUrl}</QueueUrl>`));
  expect((await ask('ListQueues')).xml).toBe(result('ListQueues', `<QueueUrl>${QueueUrl}</QueueUrl>`));
  expect((await ask('ListQueueTags', { QueueUrl })).xml).toBe(
    result('ListQueueTags', '<Tag><Key>team</Key><Value>identity</Value></Tag>'),
  );
  const told = await ask('GetQueueAttributes', { QueueUrl, 'AttributeName.1': 'VisibilityTimeout' });
  expect(told.xml).toBe(
    result('GetQueueAttributes', '<Attribute><Name>VisibilityTimeout</Name><Value>60</Value></Attribute>'),
  );

  await stage.clients().sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: '<a&b>',
      MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } },
    }),
  );
  const received = await ask('ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: '10',
    'AttributeName.1': 'ApproximateReceiveCount',
    'MessageAttributeName.1': 'All',
  });
  expect(received.xml).toBe(
    result(
      'ReceiveMessage',
      '<Message><MessageId></MessageId><ReceiptHandle></ReceiptHandle>' +
        '<MD5OfBody>fcb4ccd5ba40e844de6d12c54c1acf03</MD5OfBody><Body>&#60;a&#38;b&#62;</Body>' +
        '<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>' +
        '<MD5OfMessageAttributes>0410de28095c8c9ede883953e14dac6c</MD5OfMessageAttributes>' +
        '<MessageAttribute><Name>colour</Name><Value><DataType>String</DataType>' +
        '<StringValue>red</StringValue></Value></MessageAttribute></Message>',
    ),
  );
  const deleted = await ask('DeleteMessageBatch', {
    QueueUrl,
    'DeleteMessageBatchRequestEntry.1.Id': 'good',
    'DeleteMessageBatchRequestEntry.1.ReceiptHandle': received.handle ?? '',
    'DeleteMessageBatchRequestEntry.2.Id': 'bad',
    'DeleteMessageBatchRequestEntry.2.ReceiptHandle': 'nonsense',
  });
  expect(deleted.xml).toContain(
    '<DeleteMessageBatchResultEntry><Id>good</Id></DeleteMessageBatchResultEntry>',
  );
  expect(deleted.xml).toContain('<BatchResultErrorEntry><Id>bad</Id><SenderFault>true</SenderFault>');
});

it('SQS takes messages with attributes, alone and in batches', async () => {
  const QueueUrl = `${url}/111111111111/old`;
  await ask('CreateQueue', { QueueName: 'old' });
  const attribute = (prefix: string) => ({
    [`${prefix}MessageAttribute.1.Name`]: 'colour',
    [`${prefix}MessageAttribute.1.Value.DataType`]: 'String',
    [`${prefix}MessageAttribute.1.Value.StringValue`]: 'red',
  });
  const sent = await ask('SendMessage', {
    QueueUrl,
    MessageBody: 'hello',
    DelaySeconds: '0',
    ...attribute(''),
  });
  expect(sent.xml).toMatch(/<MD5OfMessageBody>5d41402abc4b2a76b9719d911017c592<.*<MD5OfMessageAttributes>/);
  const entry = 'SendMessageBatchRequestEntry.1.';
  const batch = await ask('SendMessageBatch', {
    QueueUrl,
    [`${entry}Id`]: 'a',
    [`${entry}MessageBody`]: 'hello',
    ...attribute(entry),
  });
  expect(batch.xml).toMatch(/<SendMessageBatchResultEntry><Id>a<.*<MD5OfMessageAttributes>/);
  const [one, two] = stage.events.queues.byUrl(QueueUrl, 'us-east-1').receive({ limit: 10 });
  expect(one?.message.attributes).toEqual({ colour: { dataType: 'String', stringValue: 'red' } });
  expect(two?.message.attributes).toEqual(one?.message.attributes);
});

it('SQS refuses in the older words, which JSON clients find in a header', async () => {
  const QueueUrl = `${url}/111111111111/gone`;
  const refused = await ask('ReceiveMessage', { QueueUrl });
  expect(refused.status).toBe(400);
  expect(refused.xml).toContain('<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.ReceiveMessage',
    },
    body: JSON.stringify({ QueueUrl }),
  });
  expect(response.headers.get('x-amzn-query-error')).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
  expect(await response.json()).toMatchObject({ __type: expect.stringMatching(/QueueDoesNotExist$/) });
});

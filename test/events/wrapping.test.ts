import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/events/envelope.ts';
import { type Wrapping, wrappingAdvice, wrappingReporter, wrappings } from '../../src/events/wrapping.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { envelopeOf, fixture, fixtureNames, noon } from './fixture.ts';

const parse = (body: string) => parseMessage(body, noon);
const notification = (Message: string) =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: '11111111-2222-4333-8444-555555555555',
    TopicArn: 'arn:aws:sns:us-east-1:111111111111:events',
    Message,
    Timestamp: '2026-03-01T11:59:59.000Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLE',
  });

describe('a notification of SNS', () => {
  it.each(fixtureNames)('%s means the same inside a notification and by itself', (name) => {
    expect(parse(notification(fixture(name)))).toEqual(parse(fixture(name)));
  });

  it.each([
    ['NotJson', 'an alarm in words'],
    ['NotAnObject', '7'],
    ['NoSource', '{}'],
    ['OtherSource', '{"source":"aws.ec2"}'],
  ])('is ignored as %s when its message is %s', (reason, message) => {
    expect(parse(notification(message))).toEqual({ kind: 'Ignored', reason });
  });
});

const record = envelopeOf('DisableAWSServiceAccess').detail;
const s3Record = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: {} };
const zipped = gzipSync(JSON.stringify({ logEvents: [] })).toString('base64');

const wrapped: readonly (readonly [Wrapping, string, string])[] = [
  ['S3Notification', 'an event notification of a bucket', JSON.stringify({ Records: [s3Record] })],
  [
    'S3Notification',
    'the test event of a bucket',
    '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"logs"}',
  ],
  ['S3Notification', 'the notice of a trail', '{"s3Bucket":"logs","s3ObjectKey":["AWSLogs/1.json.gz"]}'],
  ['LogFile', 'the content of a log file', JSON.stringify({ Records: [record] })],
  ['Compressed', 'a compressed log file', zipped],
  ['Compressed', 'a compressed log file as a JSON string', JSON.stringify(zipped)],
  ['Compressed', 'a subscription of CloudWatch Logs', JSON.stringify({ awslogs: { data: zipped } })],
];

describe('a message in another wrapping is counted under a reason of its own', () => {
  it.each(wrapped)('%s is the reason for %s, by itself and inside a notification', (reason, _, body) => {
    expect(parse(body)).toEqual({ kind: 'Ignored', reason });
    expect(parse(notification(body))).toEqual({ kind: 'Ignored', reason });
  });

  it('UnconfirmedSubscription is the reason for a subscription that waits for its confirmation', () => {
    const body = JSON.stringify({ Type: 'SubscriptionConfirmation', SubscribeURL: 'https://example.com/' });
    expect(parse(body)).toEqual({ kind: 'Ignored', reason: 'UnconfirmedSubscription' });
  });

  it('an event with a source is no wrapping, whatever else it has', () => {
    const body = JSON.stringify({ ...envelopeOf('DisableAWSServiceAccess'), Records: [s3Record] });
    expect(parse(body).kind).toBe('Change');
  });
});

describe('the report of wrappings', () => {
  it('names each wrapping of each queue when it is first met, and again after an hour', async () => {
    const clock = virtualClock();
    const reported: string[] = [];
    const report = wrappingReporter(clock, (wrapping, queue) => void reported.push(`${wrapping} ${queue}`));
    for (const outcome of ['WokeUp', 'LogFile', 'NotJson', 'LogFile', 'Compressed']) report(outcome, 'a');
    report('LogFile', 'b');
    expect(reported).toEqual(['LogFile a', 'Compressed a', 'LogFile b']);
    await clock.advance(3_600_000);
    report('LogFile', 'a');
    expect(reported).toHaveLength(4);
  });

  it.each(wrappings)('has a cause and a remedy in one sentence each for %s', (wrapping) => {
    for (const sentence of Object.values(wrappingAdvice[wrapping])) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});

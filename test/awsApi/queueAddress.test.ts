import { describe, expect, it } from 'vitest';
import { parseQueueUrl, queueUrl } from '../../src/awsApi/queueAddress.ts';

describe('the queue URL given at start', () => {
  it.each([
    ['https://sqs.us-east-1.amazonaws.com/111111111111/events', 'us-east-1', false],
    ['https://sqs.cn-northwest-1.amazonaws.com.cn/111111111111/events', 'cn-northwest-1', false],
    ['https://sqs-fips.us-gov-west-1.amazonaws.com/111111111111/events', 'us-gov-west-1', false],
    ['https://us-west-2.queue.amazonaws.com/111111111111/events', 'us-west-2', false],
    ['https://queue.amazonaws.com/111111111111/events', 'us-east-1', false],
    ['https://vpce-0123-abcd.sqs.eu-west-1.vpce.amazonaws.com/111111111111/events', 'eu-west-1', false],
    ['https://sqs.us-east-1.api.aws/111111111111/events/', 'us-east-1', false],
    ['https://sqs.us-east-1.amazonaws.com/111111111111/events.fifo', 'us-east-1', true],
    ['http://127.0.0.1:4100/111111111111/events', undefined, false],
    ['http://localhost:4566/111111111111/events', undefined, false],
    ['  https://sqs.eusc-de-east-1.amazonaws.eu/111111111111/events\n', 'eusc-de-east-1', false],
  ])('%s is understood', (url, region, fifo) => {
    expect(parseQueueUrl(url)).toMatchObject({ region, fifo, accountId: '111111111111' });
  });

  it('sends requests to the host of the URL', () => {
    const { endpoint, url } = parseQueueUrl('http://127.0.0.1:4100/111111111111/events/');
    expect(endpoint).toBe('http://127.0.0.1:4100');
    expect(url).toBe('http://127.0.0.1:4100/111111111111/events');
  });

  it.each([
    ['us-east-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-iso-east-1', 'c2s.ic.gov'],
    ['us-isob-east-1', 'sc2s.sgov.gov'],
  ])('an ARN in %s is answered with the URL it should have been [F-A8a]', (region, domain) => {
    const arn = `arn:aws:sqs:${region}:111111111111:events.fifo`;
    expect(() => parseQueueUrl(arn)).toThrow(
      `is an ARN; use the URL of the queue: https://sqs.${region}.${domain}/111111111111/events.fifo`,
    );
    expect(parseQueueUrl(queueUrl(region, '111111111111', 'events')).region).toBe(region);
  });

  it.each([
    ['', /not a queue URL; use a URL like https:\/\/sqs/],
    ['events', /not a queue URL/],
    ['ftp://sqs.us-east-1.amazonaws.com/111111111111/events', /not a queue URL/],
    ['https://sqs.us-east-1.amazonaws.com/', /names no queue; use/],
    ['https://sqs.us-east-1.amazonaws.com/events', /names no queue/],
    ['https://sqs.us-east-1.amazonaws.com/1111/events', /names no queue/],
    ['https://sqs.us-east-1.amazonaws.com/111111111111/ev ents', /names no queue/],
    ['https://sqs.us-east-1.amazonaws.com/111111111111/events?Action=SendMessage', /names no queue/],
    ['https://a:b@sqs.us-east-1.amazonaws.com/111111111111/events', /remove the user name and password/],
    ['arn:aws:iam::111111111111:role/x', /is an ARN; use the URL of the queue, like/],
  ])('"%s" is refused in one line', (text, message) => {
    expect(() => parseQueueUrl(text)).toThrow(message);
    expect(() => parseQueueUrl(text)).toThrow(/^[^\n]+$/);
  });
});

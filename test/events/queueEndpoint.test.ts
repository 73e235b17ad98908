import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { sqsQueue } from '../../src/events/sqsQueue.ts';

class Caught extends Error {}

/** Address that a receive of that queue is sent to. */
async function addressOf(url: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  let address = '';
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ protocol, hostname, port }: { protocol: string; hostname: string; port?: number }) {
      address = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      throw new Caught('enough');
    },
  };
  const settingsFor = async (_target: unknown, region = 'us-east-1') => ({
    region,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 's' },
    requestHandler: requestHandler as never,
  });
  const queue = sqsQueue(parseQueueUrl(url), settingsFor);
  const { signal } = new AbortController();
  await queue.receive({ waitSeconds: 0, visibilitySeconds: 30 }, signal).catch(() => undefined);
  return address;
}

const fips = { AWS_USE_FIPS_ENDPOINT: 'true' };
const dualStack = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
const path = '/111111111111/trusted-access-events';

afterEach(() => vi.unstubAllEnvs());

describe('The address of a queue', () => {
  it.each([
    ['https://sqs.us-east-1.amazonaws.com', {}, 'https://sqs.us-east-1.amazonaws.com'],
    ['https://sqs.eu-west-1.amazonaws.com', {}, 'https://sqs.eu-west-1.amazonaws.com'],
    ['https://eu-west-1.queue.amazonaws.com', {}, 'https://sqs.eu-west-1.amazonaws.com'],
    ['https://queue.amazonaws.com', {}, 'https://sqs.us-east-1.amazonaws.com'],
    ['https://sqs.cn-north-1.amazonaws.com.cn', {}, 'https://sqs.cn-north-1.amazonaws.com.cn'],
    ['https://sqs.us-iso-east-1.c2s.ic.gov', {}, 'https://sqs.us-iso-east-1.c2s.ic.gov'],
    ['https://sqs.eusc-de-east-1.amazonaws.eu', {}, 'https://sqs.eusc-de-east-1.amazonaws.eu'],
    ['https://sqs.us-east-1.amazonaws.com', fips, 'https://sqs-fips.us-east-1.amazonaws.com'],
    ['https://sqs.us-gov-west-1.amazonaws.com', fips, 'https://sqs.us-gov-west-1.amazonaws.com'],
    ['https://sqs.us-east-1.amazonaws.com', dualStack, 'https://sqs.us-east-1.api.aws'],
    ['https://sqs.us-east-1.amazonaws.com', { ...fips, ...dualStack }, 'https://sqs-fips.us-east-1.api.aws'],
    ['https://sqs-fips.us-east-1.amazonaws.com', {}, 'https://sqs-fips.us-east-1.amazonaws.com'],
    ['https://sqs.us-east-1.api.aws', {}, 'https://sqs.us-east-1.api.aws'],
  ])('a queue URL at %s with %j is read at %s', async (origin, environment, address) => {
    expect(await addressOf(`${origin}${path}`, environment)).toBe(address);
  });

  const endpoint = 'https://vpce-0a-1b.sqs.us-east-1.vpce.amazonaws.com';
  it.each([
    ['no variable', {}],
    ['FIPS', fips],
    ['dual-stack', dualStack],
  ])('a queue at an endpoint of the user’s own is read there with %s', async (_what, environment) => {
    expect(await addressOf(`${endpoint}${path}`, environment)).toBe(endpoint);
    expect(await addressOf(`http://127.0.0.1:9324${path}`, environment)).toBe('http://127.0.0.1:9324');
    expect(await addressOf(`http://[::1]:9324${path}`, environment)).toBe('http://[::1]:9324');
    const configured = { ...environment, AWS_ENDPOINT_URL_SQS: 'http://[::1]:5000' };
    expect(await addressOf(`https://sqs.us-east-1.amazonaws.com${path}`, configured)).toBe(
      'http://[::1]:5000',
    );
  });
});

import { plainText } from '../text/plainText.ts';
import { partitionOf } from './partitions.ts';

/** Where a queue is, read from its URL. */
export interface QueueAddress {
  readonly url: string;
  /** Scheme, host and port to send requests to. */
  readonly endpoint: string;
  readonly accountId: string;
  readonly name: string;
  readonly fifo: boolean;
  /** Undefined when the host tells none, as with a loopback address. */
  readonly region: string | undefined;
}

/** The text is no queue URL; the message says what one looks like. */
export class QueueUrlError extends Error {
  override readonly name = 'QueueUrlError';
}

const example = 'https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access-events';
const regionForm = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;
const nameForm = /^[\w-]{1,80}(\.fifo)?$/;

/** Throws a QueueUrlError with one sentence for the person who gave the option. */
export function parseQueueUrl(text: string): QueueAddress {
  const given = text.trim();
  if (given.startsWith('arn:')) throw new QueueUrlError(aboutArn(given));
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new QueueUrlError(`"${shown(given)}" is not a queue URL; use a URL like ${example}`);
  }
  const [accountId, name, ...rest] = url.pathname.split('/').slice(1);
  const complete =
    /^\d{12}$/.test(accountId ?? '') && nameForm.test(name ?? '') && rest.every((part) => part === '');
  if (!complete || accountId === undefined || name === undefined || url.search !== '' || url.hash !== '') {
    throw new QueueUrlError(
      `"${shown(given)}" names no queue; use /ACCOUNT/NAME after the host, as in ${example}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new QueueUrlError('remove the user name and password from the queue URL');
  }
  return {
    url: `${url.origin}/${accountId}/${name}`,
    endpoint: url.origin,
    accountId,
    name,
    fifo: name.endsWith('.fifo'),
    region: regionOf(url.hostname),
  };
}

/** URL of a queue as AWS gives it out. */
export function queueUrl(region: string, accountId: string, name: string): string {
  return `https://sqs.${region}.${partitionOf(region).domain}/${accountId}/${name}`;
}

function aboutArn(arn: string): string {
  const [, , service, region, accountId, name] = arn.split(':');
  const isQueue =
    service === 'sqs' &&
    regionForm.test(region ?? '') &&
    /^\d{12}$/.test(accountId ?? '') &&
    nameForm.test(name ?? '');
  if (!isQueue || region === undefined || accountId === undefined || name === undefined) {
    return `"${shown(arn)}" is an ARN; use the URL of the queue, like ${example}`;
  }
  return `"${shown(arn)}" is an ARN; use the URL of the queue: ${queueUrl(region, accountId, name)}`;
}

/** Host names in use: sqs.REGION.…, sqs-fips.REGION.…, REGION.queue.…, vpce-….sqs.REGION.vpce.…, and queue.… for us-east-1. */
function regionOf(host: string): string | undefined {
  if (host === 'queue.amazonaws.com') return 'us-east-1';
  const labels = host.split('.');
  if (!labels.some((label) => label === 'sqs' || label === 'sqs-fips' || label === 'queue')) return undefined;
  return labels.find((label) => regionForm.test(label));
}

function shown(text: string): string {
  return plainText(text, 200);
}

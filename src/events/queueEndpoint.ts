import { configuredSqsEndpoint, type Environment, regionalByDefault } from '../awsApi/clientSettings.ts';

/** How a client of SQS is made, so that it reaches a queue. */
export interface QueueEndpoint {
  /** Absent: where the SDK has SQS for the region, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT. */
  readonly endpoint?: string;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  /** Said outright: left to itself the SDK lets the URL's host win over the environment. */
  readonly useQueueUrlAsEndpoint: false;
}

/** `origin`: scheme, host and port of the queue's URL. An endpoint is given only where the user gave one. */
export function queueEndpoint(origin: string, environment: Environment): QueueEndpoint {
  const configured = configuredSqsEndpoint(environment);
  if (configured !== undefined) return chosen(configured);
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'https:' || port !== '' || !isOfAws(hostname)) return chosen(origin);
  return {
    useQueueUrlAsEndpoint: false,
    ...(hostname.startsWith('sqs-fips.') && { useFipsEndpoint: true }),
    ...(hostname.includes('.api.') && { useDualstackEndpoint: true }),
  };
}

function chosen(endpoint: string): QueueEndpoint {
  return { endpoint, ...regionalByDefault, useQueueUrlAsEndpoint: false };
}

/**
 * The names that SQS has in every region, the older ones included; not those of VPC endpoints. The region has the form
 * that queueAddress.ts reads. Source: AWS General Reference, "Amazon SQS endpoints and quotas"
 */
function isOfAws(hostname: string): boolean {
  const domains = '(amazonaws\\.(com|com\\.cn|eu)|api\\.(aws|amazonwebservices\\.(com\\.cn|eu)))';
  const isolated = '(c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)';
  return new RegExp(`^(sqs(-fips)?\\.[a-z0-9-]+|([a-z0-9-]+\\.)?queue)\\.(${domains}|${isolated})$`).test(
    hostname,
  );
}

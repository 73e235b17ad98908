/**
 * Where things are. Source: AWS General Reference, "AWS Organizations endpoints and quotas" and
 * "AWS IAM Identity Center endpoints and quotas"; AWS Account Management guide, "Enable or disable AWS Regions".
 * Prefixes and domains: botocore's partition and endpoint data.
 */
export interface Partition {
  /** As in ARNs, for example `aws-cn`. */
  readonly id: string;
  /** How the names of its regions begin. */
  readonly prefix: string;
  readonly domain: string;
  /** The one region whose endpoint serves AWS Organizations, and where its events appear. */
  readonly organizationsRegion: string;
  /** Regions that have IAM Identity Center, those most often chosen first. */
  readonly identityCenterRegions: readonly string[];
}

const commercial: Partition = {
  id: 'aws',
  prefix: '',
  domain: 'amazonaws.com',
  organizationsRegion: 'us-east-1',
  identityCenterRegions: [
    ...['us-east-1', 'eu-west-1', 'us-west-2', 'eu-central-1', 'us-east-2', 'ap-southeast-2'],
    ...['eu-west-2', 'ap-southeast-1', 'ap-northeast-1', 'ca-central-1', 'ap-south-1', 'eu-north-1'],
    ...['sa-east-1', 'eu-west-3', 'us-west-1', 'ap-northeast-2', 'ap-northeast-3', 'eu-central-2'],
    ...['eu-south-1', 'eu-south-2', 'me-central-1', 'me-south-1', 'il-central-1', 'af-south-1'],
    ...['ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5'],
    ...['ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'mx-central-1'],
  ],
};

/** The commercial one, which a region is in when no other prefix fits, comes last. */
const partitions: readonly Partition[] = [
  {
    id: 'aws-cn',
    prefix: 'cn-',
    domain: 'amazonaws.com.cn',
    organizationsRegion: 'cn-northwest-1',
    identityCenterRegions: ['cn-northwest-1', 'cn-north-1'],
  },
  {
    id: 'aws-us-gov',
    prefix: 'us-gov-',
    domain: 'amazonaws.com',
    organizationsRegion: 'us-gov-west-1',
    identityCenterRegions: ['us-gov-west-1', 'us-gov-east-1'],
  },
  {
    id: 'aws-eusc',
    prefix: 'eusc-',
    domain: 'amazonaws.eu',
    organizationsRegion: 'eusc-de-east-1',
    identityCenterRegions: ['eusc-de-east-1'],
  },
  {
    id: 'aws-iso',
    prefix: 'us-iso-',
    domain: 'c2s.ic.gov',
    organizationsRegion: 'us-iso-east-1',
    identityCenterRegions: [],
  },
  {
    id: 'aws-iso-b',
    prefix: 'us-isob-',
    domain: 'sc2s.sgov.gov',
    organizationsRegion: 'us-isob-east-1',
    identityCenterRegions: [],
  },
  {
    id: 'aws-iso-e',
    prefix: 'eu-isoe-',
    domain: 'cloud.adc-e.uk',
    organizationsRegion: 'eu-isoe-west-1',
    identityCenterRegions: [],
  },
  {
    id: 'aws-iso-f',
    prefix: 'us-isof-',
    domain: 'csp.hci.ic.gov',
    organizationsRegion: 'us-isof-south-1',
    identityCenterRegions: [],
  },
  commercial,
];

/** Regions every account has without asking; the others must be enabled in the account. */
const alwaysEnabled = new Set([
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'ap-south-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
]);

/** Every partition that this version knows, with the one region of its Organizations endpoint. */
export const organizationsRegions: ReadonlyMap<string, string> = new Map(
  partitions.map(({ id, organizationsRegion }) => [id, organizationsRegion]),
);

/** The partition of a region; the commercial one for a region this version does not know. */
export function partitionOf(region: string): Partition {
  return partitions.find(({ prefix }) => region.startsWith(prefix)) ?? commercial;
}

/** The second field of an ARN, for example `aws-cn`; undefined for anything else. */
export function partitionOfArn(arn: string): string | undefined {
  const [head, partition] = arn.split(':', 3);
  return head === 'arn' && partition ? partition : undefined;
}

/** Region of the partition's Organizations endpoint; us-east-1 for a partition this version does not know. */
export function organizationsRegion(partition: string): string {
  return (partitions.find(({ id }) => id === partition) ?? commercial).organizationsRegion;
}

/** All regions an Identity Center instance can live in; undefined for a partition this version does not know. */
export function identityCenterRegions(partition: string): readonly string[] | undefined {
  return partitions.find(({ id }) => id === partition)?.identityCenterRegions;
}

/**
 * Whether accounts can list their regions there. Source: AWS Account Management reference guide, "Quotas", of which the
 * edition for China has no rate of ListRegions; only the partition `aws` has regions to be enabled.
 */
export function listsRegions(partition: string): boolean {
  return partition === 'aws';
}

/** Whether an account has the region only after enabling it. */
export function isOptIn(region: string): boolean {
  return partitionOf(region) === commercial && !alwaysEnabled.has(region);
}

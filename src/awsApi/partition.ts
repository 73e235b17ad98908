/** What the event plumbing must know of a partition. Source: botocore's partition and endpoint data. */
export interface Partition {
  readonly id: string;
  readonly domain: string;
  /** Where AWS Organizations is, and its events appear. */
  readonly organizationsRegion: string;
}

const commercial: Partition = { id: 'aws', domain: 'amazonaws.com', organizationsRegion: 'us-east-1' };

const byPrefix: readonly (readonly [prefix: string, partition: Partition])[] = [
  ['cn-', { id: 'aws-cn', domain: 'amazonaws.com.cn', organizationsRegion: 'cn-northwest-1' }],
  ['us-gov-', { id: 'aws-us-gov', domain: 'amazonaws.com', organizationsRegion: 'us-gov-west-1' }],
  ['us-isob-', { id: 'aws-iso-b', domain: 'sc2s.sgov.gov', organizationsRegion: 'us-isob-east-1' }],
  ['us-isof-', { id: 'aws-iso-f', domain: 'csp.hci.ic.gov', organizationsRegion: 'us-isof-south-1' }],
  ['eu-isoe-', { id: 'aws-iso-e', domain: 'cloud.adc-e.uk', organizationsRegion: 'eu-isoe-west-1' }],
  ['us-iso-', { id: 'aws-iso', domain: 'c2s.ic.gov', organizationsRegion: 'us-iso-east-1' }],
  ['eusc-', { id: 'aws-eusc', domain: 'amazonaws.eu', organizationsRegion: 'eusc-de-east-1' }],
];

/** The partition a region is in; the commercial one for a name this version does not know. */
export function partitionOf(region: string): Partition {
  return byPrefix.find(([prefix]) => region.startsWith(prefix))?.[1] ?? commercial;
}

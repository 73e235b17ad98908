// Source: AWS Organizations endpoints and quotas, AWS General Reference.
const homeRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-northwest-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-iso-e': 'eu-isoe-west-1',
  'aws-iso-f': 'us-isof-south-1',
};

/** Where the global services of a partition are and are recorded. */
export function homeRegion(partition: string): string {
  return homeRegions[partition] ?? 'us-east-1';
}

import { describe, expect, it } from 'vitest';
import { isOptIn, partitionOf, partitionOfArn } from '../../src/awsApi/partitions.ts';

describe('Partitions', () => {
  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-east-1', 'aws-us-gov'],
    ['us-iso-west-1', 'aws-iso'],
    ['us-isob-west-1', 'aws-iso-b'],
    ['us-isof-east-1', 'aws-iso-f'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('region %s is in partition %s', (region, partition) => {
    expect(partitionOf(region).id).toBe(partition);
  });

  it('are read from ARNs', () => {
    expect(partitionOfArn('arn:aws-cn:iam::111111111111:role/r')).toBe('aws-cn');
    expect(partitionOfArn('not an arn')).toBeUndefined();
  });

  it('know which regions an account must enable first', () => {
    expect([isOptIn('eu-west-1'), isOptIn('eu-south-2'), isOptIn('cn-north-1')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

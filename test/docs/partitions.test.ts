import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../src/awsApi/partition.ts';
import { identityCenterRegions, organizationsRegions } from '../../src/awsApi/partitions.ts';
import { bare, root, section, tableRows } from './documents.ts';

const regions = [...organizationsRegions].flatMap(([partition, region]) => [
  region,
  ...(identityCenterRegions(partition) ?? []),
]);

describe('The partitions that the code knows', () => {
  it('are all in the table of docs/events.md, with their region', () => {
    const rows = tableRows(section('docs/events.md', 'Set it up')).map((cells) => cells.map(bare));
    expect(new Map(rows.map(([partition = '', region = '']) => [partition, region]))).toEqual(
      organizationsRegions,
    );
  });

  it.each([...organizationsRegions])(
    '%s has the same region for events and for calls',
    (partition, region) => {
      expect(partitionOf(region)).toMatchObject({ id: partition, organizationsRegion: region });
    },
  );

  it.each(regions)('have a region %s that the chart accepts', (region) => {
    const schema = JSON.parse(readFileSync(join(root, 'deploy/helm/values.schema.json'), 'utf8')) as {
      properties: { aws: { properties: { region: { pattern: string } } } };
    };
    expect(region).toMatch(new RegExp(schema.properties.aws.properties.region.pattern));
  });
});

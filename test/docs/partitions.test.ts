import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identityCenterRegions, organizationsRegions, partitionOf } from '../../src/awsApi/partitions.ts';
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
    '%s contains the region of its Organizations endpoint, and no other partition does',
    (partition, region) => {
      expect(partitionOf(region).id).toBe(partition);
    },
  );

  it.each(regions)('have a region %s that the chart accepts', (region) => {
    const schema = JSON.parse(readFileSync(join(root, 'deploy/helm/values.schema.json'), 'utf8')) as {
      properties: { aws: { properties: { region: { pattern: string } } } };
    };
    expect(region).toMatch(new RegExp(schema.properties.aws.properties.region.pattern));
  });
});

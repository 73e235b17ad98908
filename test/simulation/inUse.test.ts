import { describe, expect, it } from 'vitest';
import { readRegion } from '../../src/aws/identityCenterUse.ts';
import { importWith, type Seed, seed } from '../model/seeded/seeding.ts';
import type * as InUse from './inUse.ts';

const scenario = new URL('./inUse.ts', import.meta.url);

const mistakes: readonly (readonly [string, Seed, RegExp])[] = [
  [
    'treats an unreadable region as idle',
    seed('aws/identityCenterUse.ts', 'readRegion', (read) => async (...from) => {
      try {
        return await read(...from);
      } catch {
        return undefined;
      }
    }),
    /a region that cannot be read.*disabled while a region cannot be read/,
  ],
  [
    'looks only at the region that the spec names',
    seed('aws/identityCenter.ts', 'readIdentityCenter', (readIdentityCenter) => (line, budget) => {
      const everywhere = readIdentityCenter(line, budget);
      return async (organization, region, options) => {
        if (region === undefined) return everywhere(organization, region, options);
        const { managementAccountId } = organization;
        const { signal } = options;
        return (await readRegion({ line, managementAccountId, signal }, region, true)) ?? { use: 'Idle' };
      };
    }),
    /permission sets in another region, spec region eu-west-1.*disabled while in use/,
  ],
  [
    'ignores applications',
    seed('aws/identityCenterUse.ts', 'readRegion', (read) => async (...from) => {
      const found = await read(...from);
      return found && { ...found, use: found.permissionSets ? 'InUse' : 'Idle' };
    }),
    /applications alone in another region.*disabled while in use/,
  ],
];

describe('Wherever Identity Center is in use or cannot be read', () => {
  it('the operator keeps access enabled, and it disables access where every region is idle', async () => {
    const { everySituation } = await importWith<typeof InUse>(undefined, scenario);
    expect(await everySituation()).toEqual([]);
  });

  it.each(mistakes)('the scenario finds an operator that %s', async (_title, mistake, found) => {
    const { everySituation } = await importWith<typeof InUse>(mistake, scenario);
    expect((await everySituation()).join('; ')).toMatch(found);
  });
});

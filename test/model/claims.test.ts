import { expect, it } from 'vitest';
import { effort } from '../harness/effort.ts';
import { everyClaim } from './claims.ts';

it('a resource that waits changes AWS only when the holder is missing for two minutes or an annotation asks, whatever happens in whatever order', async () => {
  const moments = await everyClaim(effort('CLAIMS_DEPTH', 6, 8));
  console.info(`claims: ${moments} moments`);
  expect(moments).toBeGreaterThan(500);
}, 3_600_000);

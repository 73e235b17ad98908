import { expect, it } from 'vitest';
import { everyClaim } from './claims.ts';

it('a resource that waits changes AWS only when the holder is missing for two minutes or an annotation asks, whatever happens in whatever order', async () => {
  const moments = await everyClaim(Number(process.env['CLAIMS_DEPTH'] ?? 6));
  console.info(`claims: ${moments} moments`);
  expect(moments).toBeGreaterThan(500);
}, 3_600_000);

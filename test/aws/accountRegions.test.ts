import { describe, expect, it } from 'vitest';
import { readAccountRegions } from '../../src/aws/accountRegions.ts';
import type { Line } from '../../src/aws/line.ts';
import { CloudError } from '../../src/controller/ports.ts';

const { signal } = new AbortController();

/** A line on which every call ends so. */
function failing(reason: CloudError['reason'], code?: string): Pick<Line, 'account' | 'read'> {
  const cause = code === undefined ? undefined : { cause: { code } };
  const refused = new CloudError('denied', reason, 'account:ListRegions', 'refused', cause);
  return { account: () => Promise.reject(refused), read: () => Promise.reject(refused) };
}

describe('The list of regions of an account', () => {
  it.each([
    ['without the permission', failing('AccessDenied')],
    ['where its endpoint has no address', failing('ObservationFailed', 'ENOTFOUND')],
  ])('is undefined %s', async (_what, line) => {
    expect(await readAccountRegions(line, 'aws', signal)).toBeUndefined();
  });

  it.each(['ETIMEDOUT', 'ECONNRESET', undefined])(
    'is reported as a failure when it fails with %s',
    async (code) => {
      const reading = readAccountRegions(failing('ObservationFailed', code), 'aws', signal);
      await expect(reading).rejects.toMatchObject({ action: 'account:ListRegions' });
    },
  );

  it.each(['aws-cn', 'aws-us-gov', 'aws-iso', 'aws-moon'])('is not asked for in %s', async (partition) => {
    expect(await readAccountRegions(failing('ObservationFailed'), partition, signal)).toBeUndefined();
  });
});

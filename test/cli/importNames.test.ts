import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceNames } from '../../src/cli/import/names.ts';
import { services } from '../../src/crds/services.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';

describe('Names of imported resources', () => {
  it.each([
    ['sso.amazonaws.com', 'sso'],
    ['access-analyzer.amazonaws.com', 'access-analyzer'],
    ['member.org.stacksets.cloudformation.amazonaws.com', 'member-org-stacksets-cloudformation'],
    ['storage-lens.s3.amazonaws.com', 'storage-lens-s3'],
    ['sso.amazonaws.com.cn', 'sso'],
    ['=', 'service'],
  ])('%s is %s', (principal, name) => {
    expect(resourceNames([principal]).get(principal)).toBe(name);
  });

  it('are the same whatever order the principals come in, and none is taken twice', () => {
    const some = ['a.b.amazonaws.com', 'a-b.amazonaws.com', 'a_b.amazonaws.com'];
    expect(resourceNames(some)).toEqual(resourceNames(some.toReversed()));
    expect(new Set(resourceNames(some).values()).size).toBe(3);
  });

  it('are ones that the API server takes, for every principal that a resource may have', async () => {
    const principal = fc.stringMatching(/^[\w+=,.@-]{1,128}$/);
    const known = services.map((service) => service.principal);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(principal, { maxLength: 6 }), async (principals) => {
        const names = resourceNames([...known, ...principals]);
        expect(new Set(names.values()).size).toBe(new Set([...known, ...principals]).size);
        for (const [servicePrincipal, name] of names) {
          const manifest = {
            apiVersion: 'trustedaccess.dev/v1alpha1',
            kind: 'TrustedAccess',
            metadata: { name },
            spec: { servicePrincipal },
          };
          expect(await parseTrustedAccess(manifest)).toMatchObject({ kind: 'Valid' });
        }
      }),
      { numRuns: 20 },
    );
  });
});

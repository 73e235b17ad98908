import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourcesIn } from '../../src/controller/ports.ts';
import { apiVersion, kind } from '../../src/crds/trustedAccess.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { createCache } from '../../src/kubernetes/cache.ts';

const principals = ['sso.amazonaws.com', 'config.amazonaws.com', 'ram.amazonaws.com'];

const objects = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    servicePrincipal: fc.constantFrom(...principals),
    // What this version cannot read declares nothing.
    access: fc.constantFrom('Enabled', 'Sideways'),
    version: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ name, servicePrincipal, access, version }) => ({
    apiVersion,
    kind,
    metadata: { name, uid: `uid-${name}`, generation: version, resourceVersion: String(version) },
    spec: { servicePrincipal, access },
  }));

const occurrences = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('upsert' as const), object: objects }),
    fc.record({ what: fc.constant('remove' as const), object: objects }),
    fc.record({ what: fc.constant('answer' as const), object: objects }),
    fc.record({ what: fc.constant('list' as const), all: fc.array(objects, { maxLength: 4 }) }),
  ),
  { maxLength: 30 },
);

describe('Resources that declare a service', () => {
  it('are found as by a walk through all, whatever came, changed and went', () => {
    fc.assert(
      fc.property(occurrences, (all) => {
        const cache = createCache(readTrustedAccess, () => undefined);
        for (const occurrence of all) {
          if (occurrence.what === 'upsert') cache.upsert(occurrence.object);
          if (occurrence.what === 'remove') cache.remove(occurrence.object);
          if (occurrence.what === 'answer') {
            const answer = readTrustedAccess(occurrence.object);
            if (answer) cache.accept(answer);
          }
          if (occurrence.what === 'list') {
            const list = cache.begin();
            for (const object of occurrence.all) list.add(object);
            list.done();
          }
          for (const principal of principals) {
            const found = cache.declaring(principal);
            expect(new Set(found)).toEqual(new Set(resourcesIn(cache.list).declaring(principal)));
          }
        }
      }),
    );
  });
});

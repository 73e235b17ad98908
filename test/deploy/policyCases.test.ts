import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admission, resource, startAdmission } from './admission.ts';
import { policyCases } from './policyCases.ts';

const policies = [...new Set(policyCases.map(({ policy }) => JSON.stringify(policy)))];
/** Selects the resources of a case for its policy alone, so that all policies can be in force at once. */
const scopeOf = (policy: object) => `policy-${policies.indexOf(JSON.stringify(policy))}`;

let admission: Admission;
beforeAll(async () => {
  admission = await startAdmission();
  await admission.enforceScoped(policies.map((text) => [scopeOf(JSON.parse(text)), JSON.parse(text)]));
}, 240_000);
afterAll(() => admission?.cluster.stop());

describe('the API server answers as the operator does', () => {
  it.concurrent.each(policyCases)('$title', async ({ policy, labels, spec, refused }) => {
    const scoped = { ...labels, scope: scopeOf(policy) };
    const args = ['create', '--dry-run=server', '-f', '-'];
    const { code, stderr } = await admission.as(undefined, args, resource('asked', spec, { labels: scoped }));
    expect(code).toBe(refused.length === 0 ? 0 : 1);
    // The operator names every field, the API server the first.
    const words = refused.length === 0 ? [''] : refused;
    expect(words.some((field) => stderr.includes(field))).toBe(true);
    if (refused.length > 0) expect(stderr).toContain(`${scopeOf(policy)}'`);
  });
});

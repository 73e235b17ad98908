import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/crds/duration.ts';
import { reasonOf } from '../../src/crds/reasons.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { parseTrustedAccess, readStatus, readTrustedAccess } from '../../src/crds/validate.ts';
import { accepted, type Case, refused } from './manifests.ts';

const manifest = (spec: unknown, extra: object = {}) => ({
  apiVersion: 'trustedaccess.dev/v1alpha1',
  kind: 'TrustedAccess',
  metadata: { name: 'sso' },
  ...(spec !== undefined && { spec }),
  ...extra,
});

async function valid(spec: unknown): Promise<TrustedAccess> {
  const parsed = await parseTrustedAccess(manifest(spec));
  if (parsed.kind === 'Invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.resource;
}

async function verdict({ spec, old }: Case): Promise<readonly string[]> {
  const before = old && (await valid(old));
  const parsed = await parseTrustedAccess(manifest(spec), { old: before });
  return parsed.kind === 'Valid' ? [] : parsed.problems.map(({ message }) => message);
}

const problems = async (value: unknown) => {
  const parsed = await parseTrustedAccess(value);
  return parsed.kind === 'Valid' ? [] : parsed.problems;
};

describe('a manifest', () => {
  it.each(accepted)('is accepted: $title', async (item) => {
    expect(await verdict(item)).toEqual([]);
  });

  it.each(refused)('is refused: $title', async (item) => {
    const said = await verdict(item);
    expect(said).not.toEqual([]);
    for (const words of item.refused ?? []) expect(said.join('\n')).toContain(words);
  });

  it('has its defaults filled in', async () => {
    expect((await valid({ disable: {} })).spec).toEqual({
      servicePrincipal: 'sso.amazonaws.com',
      access: 'Enabled',
      driftPolicy: 'Correct',
      deletionPolicy: 'Retain',
      disable: { whileInUse: 'Refuse' },
      interval: '1h',
      suspend: false,
    });
  });

  it('is reported everything that is wrong with it at once, and where', async () => {
    const found = await problems(
      manifest({ interval: 'x', bar: 1, delegatedAdministrators: ['1'] }, { extra: true }),
    );
    expect(found.map(({ path }) => path.join('/')).sort()).toEqual([
      'extra',
      'spec/bar',
      'spec/delegatedAdministrators/0',
      'spec/interval',
    ]);
  });

  it.each([
    ['of another version', manifest({}, { apiVersion: 'trustedaccess.dev/v9' }), 'v1alpha1'],
    ['of another kind', manifest({}, { kind: 'TrustedAcces' }), 'no matches for kind "TrustedAcces"'],
    ['without a name', manifest({}, { metadata: {} }), 'metadata.name: Required value'],
    ['without metadata', manifest({}, { metadata: undefined }), 'metadata.name: Required value'],
    ['with a name that would leave the folder', manifest({}, { metadata: { name: '../x' } }), 'RFC 1123'],
    ['with a name in capitals', manifest({}, { metadata: { name: 'SSO' } }), 'RFC 1123'],
    ['with a number as a name', manifest({}, { metadata: { name: 5 } }), 'metadata.name: Invalid value: 5'],
    [
      'with an annotation whose key is none',
      manifest({}, { metadata: { name: 'a', annotations: { 'a b': '' } } }),
      'metadata.annotations: Invalid value: "a b": name part must consist of',
    ],
    [
      'with more annotations than etcd takes',
      manifest({}, { metadata: { name: 'a', annotations: { note: 'x'.repeat(300_000) } } }),
      'metadata.annotations: Too long',
    ],
    [
      'with a label whose value is none',
      manifest({}, { metadata: { name: 'a', labels: { team: 'a team' } } }),
      'metadata.labels.team: Invalid value: "a team": a valid label must be',
    ],
    [
      'with unknown metadata',
      manifest({}, { metadata: { name: 'a', nam: 1 } }),
      'unknown field "metadata.nam"',
    ],
    [
      'with an annotation that is no text',
      manifest({}, { metadata: { name: 'a', annotations: { 'reconcile.fluxcd.io/requestedAt': 5 } } }),
      'metadata.annotations.reconcile.fluxcd.io/requestedAt: Invalid value: 5',
    ],
    ['that is a list', [], 'not an object'],
    ['that is empty', null, 'not an object'],
  ])('%s is refused', async (_, value, words) => {
    expect((await problems(value)).map(({ message }) => message).join('\n')).toContain(words);
  });

  it('brings no status: only the operator writes that', async () => {
    const parsed = await parseTrustedAccess(manifest({}, { status: { access: { state: 'Enabled' } } }));
    expect(parsed).toMatchObject({ kind: 'Valid', resource: { status: { conditions: [] } } });
  });

  it('never makes the validator fail, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (spec, metadata) => {
        const parsed = await parseTrustedAccess(manifest(spec, { metadata }));
        expect(['Valid', 'Invalid']).toContain(parsed.kind);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an object from a cluster', () => {
  const stored = (spec: unknown, status: unknown = undefined) =>
    readTrustedAccess({
      ...manifest(spec, { status }),
      metadata: { name: 'sso', uid: 'u', generation: 3, resourceVersion: '7', managedFields: [{ x: 1 }] },
    });

  it('may come from a newer schema: unknown fields are omitted', () => {
    expect(stored({ access: 'Enabled', later: { a: 1 }, disable: { later: 1 } })).toMatchObject({
      kind: 'Valid',
      resource: {
        metadata: { name: 'sso', uid: 'u', generation: 3, finalizers: [] },
        spec: { access: 'Enabled', interval: '1h', disable: { whileInUse: 'Refuse' } },
      },
    });
  });

  it('is reported, and not reconciled, when it has a word that this version does not know', () => {
    expect(stored({ access: 'Paused' }, { observedGeneration: 2 })).toMatchObject({
      kind: 'Invalid',
      metadata: { name: 'sso' },
      status: { observedGeneration: 2 },
      problems: ['spec.access: Unsupported value: "Paused": supported values: "Enabled", "Disabled"'],
    });
  });

  it('keeps the rollback record of a replacement, though the rest of the status is from another version', () => {
    const replacement = { from: '111111111111', to: '222222222222', startedAt: '2026-01-01T00:00:00Z' };
    expect(readStatus({ replacement, lastDrift: { kind: 'Later' }, access: 5 })).toEqual({
      replacement,
      conditions: [],
    });
  });

  it('keeps a refused swap whose reason only a newer version knows', () => {
    const refusal = {
      reason: 'ReasonOfALaterVersion',
      message: 'later',
      at: '2026-01-01T00:00:00Z',
      generation: 1,
      accountState: 'ACTIVE',
    };
    const replacement = { from: '111111111111', to: '222222222222', startedAt: refusal.at, refusal };
    expect(readStatus({ replacement }).replacement).toEqual(replacement);
    expect(reasonOf(refusal.reason)).toBe('Blocked');
    const wrong = { ...replacement, refusal: { ...refusal, reason: 'no reason' } };
    expect(readStatus({ replacement: wrong }).replacement).toBeUndefined();
  });

  it('is ignored when it is not a Kubernetes object', () => {
    expect([readTrustedAccess('x'), readTrustedAccess({ spec: {} })]).toEqual([undefined, undefined]);
  });
});

describe('an interval', () => {
  it.each([
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1m0.5s', 60_500],
    ['5', undefined],
    ['', undefined],
    ['-1h', undefined],
    ['1 h', undefined],
    ['1d', undefined],
  ])('%s is %s milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it('is the sum of its parts', () => {
    const amount = fc.nat({ max: 999 });
    fc.assert(
      fc.property(amount, amount, amount, (hours, minutes, seconds) => {
        expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe(
          ((hours * 60 + minutes) * 60 + seconds) * 1000,
        );
      }),
    );
  });
});

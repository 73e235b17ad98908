import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import { reasons } from '../../src/crds/reasons.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { parseDocuments } from '../../src/manifests/documents.ts';
import { oddMetadata, oddSpec } from '../crds/oddManifests.ts';
import { eventually } from '../harness/eventually.ts';
import { sharedCluster } from '../harness/shared.ts';
import { api, collection } from './api.ts';
import { openAws, type Shown, startOperator } from './fixture.ts';

const cluster = sharedCluster();
/** For a night: ODD=20000, and another SEED. */
const numRuns = Number(process.env['ODD'] ?? 400);
const seed = Number(process.env['SEED'] ?? 1);

const manifest = (metadata: object, spec: unknown) => ({
  apiVersion: 'trustedaccess.dev/v1alpha1',
  kind: 'TrustedAccess',
  metadata,
  spec,
});

const accepted: object[] = [];

/** Empty: accepted. */
async function serverSays(resource: object): Promise<string> {
  const { code, body } = await api(
    cluster,
    'POST',
    `${collection}?dryRun=All&fieldValidation=Strict`,
    resource,
  );
  if (code >= 500 || code === 0) throw new Error(`the API server answers ${code}: ${body.message}`);
  return code < 300 ? '' : (body.message ?? String(code));
}

/** Empty: accepted. Through the text of a file, as a person would hand it in. */
async function folderSays(resource: object): Promise<string> {
  const [document] = parseDocuments('odd.json', JSON.stringify(resource));
  if (document?.kind !== 'TrustedAccess') return JSON.stringify(document);
  const parsed = await parseTrustedAccess(document.value);
  return parsed.kind === 'Valid'
    ? ''
    : parsed.problems.map(({ message }) => message).join('; ') || 'no words';
}

async function agree(resource: object): Promise<void> {
  const [server, folder] = await Promise.all([serverSays(resource), folderSays(resource)]);
  expect(
    { accepted: folder === '', said: folder.slice(0, 300) },
    `the API server says: ${server.slice(0, 300)}`,
  ).toMatchObject({ accepted: server === '' });
}

beforeAll(async () => {
  await cluster.apply(crdYaml());
  await eventually(async () => expect((await api(cluster, 'GET', collection)).code).toBe(200));
});
afterAll(async () => {
  await cluster.kubectl(['delete', 'ta', '-l', 'shard=odd', '--ignore-not-found']);
});

describe('odd manifests', () => {
  it('get one verdict on their specification, from the API server and from the folder', async () => {
    await fc.assert(
      fc.asyncProperty(oddSpec, async (spec) => {
        await agree(manifest({ name: 'odd' }, spec));
        if ((await folderSays(manifest({ name: 'odd' }, spec))) === '') accepted.push(spec as object);
      }),
      { numRuns, seed },
    );
  }, 600_000);

  it('get one verdict on their names, labels and annotations', async () => {
    await fc.assert(
      fc.asyncProperty(oddMetadata, (metadata) => agree(manifest(metadata, {}))),
      { numRuns: numRuns / 2, seed },
    );
  }, 600_000);

  it('end with a documented reason, if they are accepted', async () => {
    const chosen = accepted.slice(0, 40);
    expect(chosen.length).toBeGreaterThan(10);
    for (const [index, spec] of chosen.entries()) {
      const resource = manifest({ name: `odd-${index}`, labels: { shard: 'odd' } }, spec);
      expect(await api(cluster, 'POST', collection, resource)).toMatchObject({ code: 201 });
    }
    await using aws = await openAws();
    aws.aws.settings.throttles = 'off';
    await using operator = await startOperator(cluster, aws, ['--watch-label-selector=shard=odd']);
    await eventually(
      async () => {
        const { body } = await api(cluster, 'GET', `${collection}?labelSelector=shard%3Dodd`);
        for (const { status, metadata } of (body.items ?? []) as unknown as Shown[]) {
          const ready = status?.conditions.find(({ type }) => type === 'Ready');
          expect(reasons, JSON.stringify(metadata)).toContain(ready?.reason);
          expect(ready?.reason).not.toBe('Progressing');
        }
      },
      { timeoutMs: 90_000, everyMs: 200 },
    );
    operator.signal('SIGTERM');
    expect(await operator.exited).toMatchObject({ code: 0 });
    expect(operator.lines().filter(({ msg }) => String(msg).includes('reconcile failed'))).toEqual([]);
  }, 180_000);
});

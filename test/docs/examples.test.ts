import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { customResourceDefinition } from '../../src/crds/crd.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { type CodeBlock, codeBlocks, documentPaths, read, root } from './documents.ts';

const where = ({ path, line }: CodeBlock) => `${path}:${line}`;

const blocks = ['README.md', ...documentPaths]
  .flatMap(codeBlocks)
  .filter(({ language }) => language === 'yaml');
const isResource = ({ text }: CodeBlock) => /^kind: TrustedAccess$/m.test(text);
const good = blocks.filter((block) => isResource(block) && block.note === '');
const refused = blocks.filter(({ note }) => note === 'refused');

const documentsIn = ({ text }: CodeBlock): readonly unknown[] =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });

describe('a manifest in the documentation', () => {
  it('is there, in good and in bad examples', () => {
    expect(good.length).toBeGreaterThan(8);
    expect(refused.length).toBeGreaterThan(0);
  });

  it.each(good.map((block) => [where(block), block] as const))('%s is accepted', async (_, block) => {
    for (const manifest of documentsIn(block)) {
      expect(await parseTrustedAccess(manifest)).toMatchObject({ kind: 'Valid' });
    }
  });

  it.each(refused.map((block) => [where(block), block] as const))('%s is refused', async (_, block) => {
    for (const manifest of documentsIn(block)) {
      expect(await parseTrustedAccess(manifest)).toMatchObject({ kind: 'Invalid' });
    }
  });

  it('has account ids as text: a number would lose its leading zeros', () => {
    for (const block of good) {
      for (const manifest of documentsIn(block)) {
        const { delegatedAdministrators = [] } = (
          manifest as { spec: { delegatedAdministrators?: unknown[] } }
        ).spec;
        expect(delegatedAdministrators.filter((id) => typeof id !== 'string')).toEqual([]);
      }
    }
  });
});

describe('a manifest among the files to install from', () => {
  const files = globSync('deploy/**/*.yaml', { cwd: root, exclude: ['**/testdata/**', '**/templates/**'] });
  const manifests = files.flatMap((path) =>
    parseAllDocuments(read(path))
      .map((document): unknown => document.toJS())
      .filter((each) => (each as { kind?: string } | null)?.kind === 'TrustedAccess')
      .map((each) => [path, each] as const),
  );

  it('is there for Argo CD and for Flux', () => {
    expect(manifests.map(([path]) => path).sort()).toEqual(
      expect.arrayContaining([
        'deploy/argocd/trusted-access/sso.yaml',
        'deploy/flux/trusted-access/sso.yaml',
      ]),
    );
  });

  it.each(manifests)('%s is accepted', async (_, each) => {
    expect(await parseTrustedAccess(each)).toMatchObject({ kind: 'Valid' });
  });
});

describe('JSON in the documentation', () => {
  const json = documentPaths
    .flatMap(codeBlocks)
    .filter(({ language, text }) => language === 'json' || (language === 'text' && text.startsWith('{')));
  it.each(json.map((block) => [where(block), block] as const))('%s can be read', (_, { text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

it('the table of the first page has the columns that kubectl shows', () => {
  const [block] = codeBlocks('README.md').filter(({ text }) => text.startsWith('$ kubectl get ta\n'));
  const columns = customResourceDefinition()
    .spec.versions.flatMap(({ additionalPrinterColumns = [] }) => additionalPrinterColumns)
    .filter(({ priority = 0 }) => priority === 0)
    .map(({ name }) => name.toUpperCase());
  expect(block?.text.split('\n')[1]?.split(/ {2,}/)).toEqual(['NAME', ...columns]);
});

it('the module for Terraform takes what the page gives it', () => {
  const [block] = codeBlocks('docs/permissions.md').filter(({ language }) => language === 'hcl');
  const given = [...(block?.text ?? '').matchAll(/^ {2}(\w+) += /gm)].flatMap(([, name]) => name ?? []);
  const files = globSync('deploy/iam/terraform/*.tf', { cwd: root }).map(read).join('\n');
  const variables = [...files.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name);
  expect(given.length).toBeGreaterThan(1);
  expect([...variables, 'source']).toEqual(expect.arrayContaining(given));
});

it('is looked for where the documentation is', () => {
  expect(root.length).toBeGreaterThan(1);
  expect(documentPaths).toContain('docs/resource.md');
});

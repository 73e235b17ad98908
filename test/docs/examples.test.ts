import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { type CodeBlock, codeBlocks, documentPaths, root } from './documents.ts';

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

describe('JSON in the documentation', () => {
  const json = documentPaths.flatMap(codeBlocks).filter(({ language }) => language === 'json');
  it.each(json.map((block) => [where(block), block] as const))('%s can be read', (_, { text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

it('is looked for where the documentation is', () => {
  expect(root.length).toBeGreaterThan(1);
  expect(documentPaths).toContain('docs/resource.md');
});

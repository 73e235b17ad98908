import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../src/manifests/documents.ts';

const sso = `# Identity Center
apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata:
  name: sso
spec:
  access: Enabled
  delegatedAdministrators:
    - "222222222222"
    - 333333333333
`;

const kinds = (text: string) => parseDocuments('a.yaml', text).map(({ kind }) => kind);
const messages = (text: string) =>
  parseDocuments('a.yaml', text).flatMap((document) =>
    document.kind === 'Broken' ? [`${document.line}: ${document.message}`] : [],
  );

describe('a file', () => {
  it.each([
    ['YAML', sso],
    ['JSON', '{"apiVersion":"trustedaccess.dev/v1alpha1","kind":"TrustedAccess","metadata":{"name":"sso"}}'],
    [
      'JSON indented with tabs',
      '{\n\t"apiVersion": "trustedaccess.dev/v1alpha1",\n\t"kind": "TrustedAccess"\n}',
    ],
    ['YAML between markers', `---\n${sso}---\n# nothing here\n...\n`],
    ['YAML with Windows line ends', sso.replaceAll('\n', '\r\n')],
    ['YAML with a byte order mark', `\uFEFF${sso}`],
  ])('may be %s', (_, text) => {
    expect(kinds(text)).toEqual(['TrustedAccess']);
  });

  it('may hold several documents, and those of others', () => {
    expect(kinds(`${sso}---\napiVersion: v1\nkind: ConfigMap\n---\n${sso}`)).toEqual([
      'TrustedAccess',
      'Other',
      'TrustedAccess',
    ]);
  });

  it('may hold a list, as kubectl prints it', () => {
    const item = sso
      .replaceAll('\n', '\n    ')
      .trimEnd()
      .replace(/^# Ident.*\n/, '')
      .trimStart();
    const [document] = parseDocuments('a.yaml', `apiVersion: v1\nkind: List\nitems:\n  - ${item}\n`);
    expect(document).toMatchObject({ kind: 'TrustedAccess', value: { metadata: { name: 'sso' } }, line: 4 });
    expect(document?.kind === 'TrustedAccess' && document.lineOf(['spec', 'access'])).toBe(9);
  });

  it('may repeat itself with anchors and merge keys', () => {
    const text = `${sso}  organization: &o\n    id: o-exampleorgid\n  identityCenter:\n    <<: *o\n`;
    expect(parseDocuments('a.yaml', text)).toMatchObject([
      { value: { spec: { identityCenter: { id: 'o-exampleorgid' } } } },
    ]);
  });

  it('keeps the other documents when one is broken', () => {
    expect(kinds(`${sso}---\nkind: {\n---\n${sso}`)).toEqual(['TrustedAccess', 'Broken', 'TrustedAccess']);
  });

  it.each([
    ['a syntax error', `${sso}  access: {Enabled\n`, /^\d+: /],
    ['a field twice', `${sso}  access: Disabled\n`, /^11: Map keys must be unique/],
    ['no kind', 'metadata: {name: sso}\n', /^1: not a Kubernetes object: apiVersion and kind are needed/],
    ['plain text', 'hello', /^1: not a Kubernetes object/],
    ['an unknown alias', 'apiVersion: *x\n', /^1: .*[Uu]nresolved alias/],
  ])('reports the line of %s', (_, text, message) => {
    expect(messages(text)[0]).toMatch(message);
  });

  it('cannot be a bomb of aliases', () => {
    const levels = Array.from({ length: 9 }, (_, index) => {
      const value =
        index === 0
          ? '"lol"'
          : `[${Array(9)
              .fill(`*a${index - 1}`)
              .join(',')}]`;
      return `a${index}: &a${index} ${value}`;
    });
    expect(messages(`apiVersion: v1\nkind: X\n${levels.join('\n')}\n`)[0]).toMatch(/alias/i);
  });

  it('cannot be a flood of documents, nor a well of brackets', () => {
    expect(messages('---\napiVersion: v1\nkind: X\n'.repeat(600)).at(-1)).toMatch(
      /more than 500 documents in one file/,
    );
    expect(kinds('['.repeat(200_000)).at(-1)).toBe('Broken');
  });

  it('never makes the reader fail, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(sso.length), (noise, at) => {
        expect(parseDocuments('a.yaml', sso.slice(0, at) + noise + sso.slice(at))).toBeInstanceOf(Array);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the line of a field', () => {
  const [document] = parseDocuments('a.yaml', sso);
  const line = (...path: (string | number)[]) =>
    document?.kind === 'TrustedAccess' ? document.lineOf(path) : undefined;

  it.each([
    [2, []],
    [3, ['kind']],
    [5, ['metadata', 'name']],
    [7, ['spec', 'access']],
    [10, ['spec', 'delegatedAdministrators', 1]],
    [6, ['spec', 'disable']],
    [6, ['spec', 'disable', 'confirmation']],
    [2, ['nowhere']],
  ])('is %i for %j', (expected, path) => {
    expect(line(...path)).toBe(expected);
  });
});

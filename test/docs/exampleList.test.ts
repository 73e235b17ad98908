import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLines } from './commandLines.ts';
import { type CodeBlock, codeBlocks, documentPaths, root } from './documents.ts';
import { anotherWay, notHere, typedAtADesk, typedByANewcomer, typedOnACluster } from './typed.ts';

/** A line of a shell, or another block as a whole. */
interface Example {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

const paths = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'deploy/helm/README.md', ...documentPaths];
const examples: readonly Example[] = paths.flatMap((path) => [
  ...commandLines(path).map(({ text }) => ({ path, language: 'sh', text })),
  ...codeBlocks(path).filter(({ language }) => language !== 'sh'),
]);

const isOwn = ({ text }: Example) => /^(kubectl|trusted-access) /.test(text);
const isResource = ({ text }: Example) => /^kind: TrustedAccess$/m.test(text);

/** Which test would notice that an example is no longer true. */
const keepers: Readonly<Record<string, (example: Example) => boolean>> = {
  'test/docs/generated.test.ts': ({ path }) => /^docs\/commands(\.md|\/)/.test(path),
  'test/docs/examples.test.ts': (example) =>
    example.language === 'json' ||
    (example.language === 'yaml' && isResource(example)) ||
    (example.language === 'text' && example.text.startsWith('{')) ||
    example.text.startsWith('module "trusted_access_operator"') ||
    example.text.startsWith('$ kubectl get ta\n'),
  'test/docs/typed.test.ts': ({ path, language, text }) =>
    (typedAtADesk.includes(path) && (language === 'text' || text.startsWith('trusted-access '))) ||
    text.startsWith('$ make run\n') ||
    text.startsWith('trusted-access sandbox '),
  'test/cli/doctorTrailFiles.test.ts': ({ text }) => /^\d+ files, \d+ records$/m.test(text),
  'test/browser/opening.test.ts': ({ path }) => path === 'docs/sandbox.md',
  'test/cluster/docs.test.ts': (example) => typedOnACluster.includes(example.path) && isOwn(example),
  'test/deploy/newcomer.test.ts': ({ path, language, text }) =>
    (path === 'docs/networks.md' && language === 'yaml') ||
    (typedByANewcomer.includes(path) &&
      (language === 'text' ||
        language === 'yaml' ||
        (language === 'sh' && !notHere.test(text) && !anotherWay.test(text)))),
  'test/crds/policy.test.ts': ({ path, text }) =>
    path === 'docs/permissions.md' && /^(rules|approval):/.test(text),
  'test/deploy/admissionPolicy.test.ts': ({ text }) => text.startsWith('trustedaccess.dev/allow-deletion:'),
};

/** What no test types, and why: a new example belongs to a test, or here. */
const exceptions: readonly { readonly example: RegExp; readonly reason: string }[] = [
  { example: /^aws /, reason: 'needs an AWS account; that AWS has the operation is looked up in its SDK' },
  {
    example: /^(cosign|gh attestation) verify /,
    reason: 'needs a published image; test/deploy/release.test.ts reads how it is signed',
  },
  { example: /^(AWS_REGION=\S+ )?terraform /, reason: 'needs Terraform and an AWS account' },
  {
    example: /^resource "aws_|^removed \{/,
    reason: 'belongs to the configuration that a reader leaves behind',
  },
  {
    example: /^(AWS_USE_FIPS_ENDPOINT=true )?HTTPS_PROXY=\S+ trusted-access doctor /,
    reason: 'needs a proxy; run behind one in test/built/proxy.test.ts',
  },
  { example: /^Store the refusal before/, reason: 'a commit message' },
  { example: /^curl /, reason: 'the port it asks is forwarded from a pod, and there is no kubelet' },
  { example: /^kubectl exec /, reason: 'runs in a pod, and there is no kubelet' },
  {
    example: /^trusted-access setup/,
    reason: 'in a page that is typed without an AWS; elsewhere it is typed',
  },
  {
    example: /^kubectl apply -k /,
    reason: 'instead of the chart; rendered and applied in test/deploy/manifests.test.ts',
  },
  { example: /^kubectl patch .*"finalizers":null/, reason: 'the last resort; typed in docs/operations.md' },
  { example: /^helm rollback /, reason: 'needs a second revision that went wrong' },
  {
    example: /^\$ docker /,
    reason: 'needs a container engine; its steps are tried in test/deploy/image.test.ts',
  },
  {
    example: /^(npx vitest run|make simulate) /,
    reason: 'test/model and test/simulation run the same, shorter',
  },
  { example: /^make soak /, reason: 'takes as long as it says' },
  { example: /^make mutate /, reason: 'brings 150 packages of its own, and takes half an hour' },
  { example: /^a user changes AWS|^ {3}Kubernetes API/, reason: 'a drawing' },
  { example: /^helm (install|upgrade) /, reason: 'the same chart as in docs/install.md, where it is typed' },
  {
    example: /^kubectl (apply -f|wait .*Ready) /,
    reason: 'the same as in docs/install.md, where it is typed',
  },
  { example: /^kubectl annotate /, reason: 'the same as in docs/operations.md, where it is typed' },
];

const keptBy = (example: Example) => Object.keys(keepers).filter((test) => keepers[test]?.(example));
const title = ({ path, text }: Example) => `${path}: ${text.split('\n')[0]}`;

describe('every example of the documentation', () => {
  it.each(examples.map((example) => [title(example), example] as const))('%s', (_, example) => {
    const reasons = exceptions.filter((each) => each.example.test(example.text)).map(({ reason }) => reason);
    const decided = keptBy(example).length > 0 || reasons.length > 0;
    expect(decided, 'let a test keep it true, or say in this file why none can').toBe(true);
  });

  it('is kept by tests that are there', () => {
    expect(Object.keys(keepers).filter((test) => !existsSync(join(root, test)))).toEqual([]);
    for (const test of Object.keys(keepers)) {
      expect(examples.filter((example) => keptBy(example).includes(test)).length, test).toBeGreaterThan(0);
    }
  });

  it('is an exception only where there is one', () => {
    const open = examples.filter((example) => keptBy(example).length === 0);
    const stale = exceptions.filter(({ example }) => !open.some(({ text }) => example.test(text)));
    expect(stale).toEqual([]);
  });
});

it('a block says in which language it is: commands are looked for in those of a shell', () => {
  const unnamed = paths.flatMap(codeBlocks).filter(({ language }: CodeBlock) => language === '');
  expect(unnamed.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { commandNames } from '../../src/cli/commands.ts';
import { type CommandLine, commandLines, mentionedCalls } from './commandLines.ts';
import { documentPaths, read, tableRows } from './documents.ts';
import { refusalOf } from './parsed.ts';

const lines = ['README.md', ...documentPaths].flatMap(commandLines);
const of = (program: string) =>
  lines
    .filter(({ words }) => words[0] === program)
    .map((line) => [`${line.path}: ${line.text}`, line] as const);

describe('the pages', () => {
  it('show every command, and no other', () => {
    const pages = documentPaths.filter((path) => path.startsWith('docs/commands/'));
    expect(pages).toEqual(commandNames.map((name) => `docs/commands/${name}.md`).sort());
    const listed = tableRows(read('docs/commands.md')).map(([cell]) => cell);
    expect(listed).toEqual(commandNames.map((name) => `[${name}](commands/${name}.md)`));
  });
});

const others = ['SECURITY.md', 'CONTRIBUTING.md', 'deploy/helm/README.md'];
const calls = [
  ...lines.filter(({ words }) => words[0] === 'trusted-access'),
  ...['README.md', ...others, ...documentPaths].flatMap(mentionedCalls),
];

describe('trusted-access, as people are reported to type it', () => {
  it.each(calls.map((call) => [`${call.path}: ${call.text}`, call] as const))('%s', async (_, { words }) => {
    expect(await refusalOf(words.slice(1))).toBeUndefined();
  });

  it.each([
    [['unknown'], "unknown command 'unknown'"],
    [['plan', '--unknown'], "unknown option '--unknown'"],
    [['plan', 'file.yaml'], 'too many arguments'],
    [['run', '--log-level', 'loud'], "option '--log-level <level>'"],
  ])('the check refuses %j', async (words, refusal) => {
    expect(await refusalOf(words)).toContain(refusal);
  });
});

const sdks: Readonly<Record<string, () => Promise<object>>> = {
  organizations: () => import('@aws-sdk/client-organizations'),
  sts: () => import('@aws-sdk/client-sts'),
  cloudtrail: () => import('@aws-sdk/client-cloudtrail'),
  sqs: () => import('@aws-sdk/client-sqs'),
  events: () => import('@aws-sdk/client-eventbridge'),
  iam: () => import('@aws-sdk/client-iam'),
};
/** Of AWS's command line alone, or of a service that the operator does not call. */
const notCalled = new Set(['cloudformation', 'eks', 's3', 'identitystore']);

const operationOf = ({ words }: CommandLine) =>
  (words[2] ?? '').replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

describe('aws, as people are reported to type it', () => {
  it.each(of('aws').filter(([, { words }]) => !notCalled.has(words[1] ?? '')))('%s', async (_, line) => {
    const sdk = sdks[line.words[1] ?? ''];
    expect(sdk, 'a service that is not known here').toBeDefined();
    const names = Object.keys((await sdk?.()) ?? {}).map((name) => name.toLowerCase());
    expect(names).toContain(`${operationOf(line)}Command`.toLowerCase());
  });
});

it('no other program is asked for than those people have', () => {
  const known = [
    'aws',
    'cosign',
    'curl',
    'gh',
    'git',
    'helm',
    'kubectl',
    'make',
    'npm',
    'npx',
    'terraform',
    'trusted-access',
  ];
  const programs = new Set(lines.map(({ words: [program = ''] }) => program));
  expect([...programs].filter((program) => !known.includes(program))).toEqual([]);
});

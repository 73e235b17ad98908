import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The prefix of each service's actions in IAM, by its package. */
const prefixes: Readonly<Record<string, string>> = {
  '@aws-sdk/client-account': 'account',
  '@aws-sdk/client-cloudtrail': 'cloudtrail',
  '@aws-sdk/client-eventbridge': 'events',
  '@aws-sdk/client-iam': 'iam',
  '@aws-sdk/client-organizations': 'organizations',
  '@aws-sdk/client-sqs': 'sqs',
  '@aws-sdk/client-sso-admin': 'sso',
  '@aws-sdk/client-sts': 'sts',
};

/** Batches are allowed by the action for one. Source: service authorization reference, Amazon SQS. */
const allowedBy: Readonly<Record<string, string>> = {
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};

async function clientPackages(): Promise<readonly string[]> {
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return Object.keys(dependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
}

/** Which packages export a command of that name: most names are of one service, a few of several. */
async function owners(): Promise<(command: string) => readonly string[]> {
  const packages = await clientPackages();
  const exported = await Promise.all(
    packages.map(async (name) => [name, Object.keys(await import(name))] as const),
  );
  return (command) => exported.filter(([, names]) => names.includes(command)).map(([name]) => name);
}

/** Every IAM action that the calls in `src/` need, the simulated AWS's own left out, with the files that make them. */
export async function apiCalls(): Promise<ReadonlyMap<string, readonly string[]>> {
  const ownersOf = await owners();
  const calls = new Map<string, string[]>();
  const paths = await readdir(join(root, 'src'), { recursive: true });
  for (const path of paths.filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox/'))) {
    const text = await readFile(join(root, 'src', path), 'utf8');
    for (const [, command = ''] of text.matchAll(/new (?:\w+\.)*(\w+Command)\(/g)) {
      const possible = ownersOf(command);
      const [owner, ...others] =
        possible.length > 1 ? possible.filter((name) => text.includes(`'${name}'`)) : possible;
      const prefix = owner && prefixes[owner];
      if (!prefix || others.length > 0) throw new Error(`${path}: whose is ${command}?`);
      const action = `${prefix}:${command.replace(/Command$/, '')}`;
      const needed = allowedBy[action] ?? action;
      calls.set(needed, [...(calls.get(needed) ?? []), path]);
    }
  }
  return calls;
}

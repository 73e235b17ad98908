import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const config = { rules: [{ id: 'recommended', rule: creator, options: {} }] };

async function secretsIn(filePath: string, content: string): Promise<string[]> {
  const source = { filePath, content, contentType: 'text' as const, ext: extname(filePath) };
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
  return messages.map(({ loc, messageId }) => `${filePath}:${loc.start.line}: ${messageId}`);
}

const made = ['node_modules', 'dist', '.cache', '.git'];

/** Git's own list; in an archive, which has no .git, everything that was not made there. */
function publishedFiles(): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  if (status === 0)
    return stdout.split('\0').filter((file) => file !== '' && existsSync(resolve(root, file)));
  return globSync('**', { cwd: root, exclude: ({ name }) => made.includes(name), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

it('no file of the repository holds a secret', async () => {
  const found: string[] = [];
  const files = publishedFiles();
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) {
    const content = readFileSync(resolve(root, file), 'utf8');
    if (!content.includes('\0')) found.push(...(await secretsIn(file, content)));
  }
  expect(found).toEqual([]);
}, 120_000);

// Put together here, so that this file holds none.
it.each([
  ['a secret key of AWS', `AWS_SECRET_ACCESS_KEY=${'wJal7XUtnFEMI2K7MDENGbPxRfiCYq9TkzR4vLsa'}`],
  ['a token of GitHub', `ghp_${'x1Y2z3A4b5C6d7E8f9G0h1I2j3K4l5M6n7O8'}`],
  [
    'a private key',
    `-----BEGIN RSA ${'PRIVATE KEY'}-----\n${'MIIE'.repeat(40)}\n-----END RSA ${'PRIVATE KEY'}-----`,
  ],
])('%s would be found', async (_, secret) => {
  expect(await secretsIn('notes.txt', `here: ${secret}\n`)).not.toEqual([]);
});

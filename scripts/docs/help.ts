/** What each command says of itself, by asking it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandNames } from '../../src/cli/commands.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

/** Help as it is printed where nothing is a terminal: 80 columns, no colour. */
async function help(command: string | undefined): Promise<string> {
  const args = [main, ...(command === undefined ? [] : [command]), '--help'];
  const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout.trim();
}

export interface CommandHelp {
  /** Undefined: of the executable itself. */
  readonly name: string | undefined;
  readonly text: string;
}

export function commandHelps(): Promise<readonly CommandHelp[]> {
  const all = [undefined, ...commandNames];
  return Promise.all(all.map(async (name) => ({ name, text: await help(name) })));
}

export function commandReference(helps: readonly CommandHelp[]): string {
  return helps
    .map(({ name, text }) => {
      const called = ['trusted-access', ...(name === undefined ? [] : [name])].join(' ');
      return `## ${called}\n\n\`\`\`text\n${text.replaceAll(/[ \t]+$/gm, '')}\n\`\`\``;
    })
    .join('\n\n');
}

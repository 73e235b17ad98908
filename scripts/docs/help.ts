/** What each command says of itself, by asking it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandNames } from '../../src/cli/commands.ts';
import { table } from './region.ts';

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

const printed = (text: string) => `\`\`\`text\n${text.replaceAll(/[ \t]+$/gm, '')}\n\`\`\``;

const named = (helps: readonly CommandHelp[]) =>
  helps.flatMap(({ name, text }) => (name === undefined ? [] : [{ name, text }]));

/** What it says of itself before its options, in one line. */
const purpose = (text: string) => text.split('\n\n')[1]?.replaceAll(/\s+/g, ' ') ?? '';

/** What the executable says of itself, and where each command has its page. */
export function commandReference(helps: readonly CommandHelp[]): string {
  const rows = named(helps).map(({ name, text }) => [`[${name}](commands/${name}.md)`, purpose(text)]);
  const own = helps.find(({ name }) => name === undefined)?.text ?? '';
  return `${table(['command', 'does'], rows)}\n\n## trusted-access\n\n${printed(own)}`;
}

/** A page for each command, by its path from the root of the project. */
export function commandPages(helps: readonly CommandHelp[]): ReadonlyMap<string, string> {
  return new Map(
    named(helps).map(({ name, text }) => [
      `docs/commands/${name}.md`,
      `<!-- made by make generate -->\n\n# trusted-access ${name}\n\n${printed(text)}\n\n[All commands](../commands.md)\n`,
    ]),
  );
}

/** The same pages in the site's navigation. */
export function commandNavigation(helps: readonly CommandHelp[]): string {
  return named(helps)
    .map(({ name }) => `      - ${name}: commands/${name}.md`)
    .join('\n');
}

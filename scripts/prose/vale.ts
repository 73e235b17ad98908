/** Runs Vale with the style in `.vale` over documents and over texts from the source. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from '../../test/tools/command.ts';
import type { Text } from './messages.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Finding {
  /** Path from the root of the project. */
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

interface Alert {
  readonly Line: number;
  readonly Check: string;
  readonly Message: string;
}

/** Vale's alerts by file. @throws Error with Vale's own message when it cannot run. */
async function alerts(
  vale: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, readonly Alert[]>>> {
  const args = ['--config', join(root, '.vale.ini'), '--output', 'JSON', ...paths];
  const { code, stdout, stderr } = await runCommand(vale, args, { cwd: root });
  if (code > 1) throw new Error(`vale failed: ${stderr}${stdout}`);
  return JSON.parse(stdout === '' ? '{}' : stdout);
}

const finding = (path: string, line: number, { Check, Message }: Alert): Finding => ({
  path,
  line,
  rule: Check.replace('Product.', ''),
  message: Message,
});

/** Findings in Markdown files. Paths are relative to the root of the project. */
export async function lintDocuments(vale: string, paths: readonly string[]): Promise<readonly Finding[]> {
  const found = Object.entries(await alerts(vale, paths));
  return found.flatMap(([path, each]) => each.map((alert) => finding(path, alert.Line, alert)));
}

/** The paragraphs of a text, each with a capital at its start and a full stop at its end. A help text indents its examples. */
const paragraphs = (text: string): readonly string[] =>
  text
    .split(/\n\s*\n|\n(?=\s)/)
    .map((each) => each.replaceAll(/\s+/g, ' ').trim())
    .map((each) => each.replace(/^[a-z]/, (letter) => letter.toUpperCase()))
    .map((each) => (/[.!?]$/.test(each) ? each : `${each}.`));

/** Findings in texts of the source, at their lines there. */
export async function lintTexts(vale: string, texts: readonly Text[]): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'prose-'));
  try {
    const lines = texts.flatMap((text) =>
      paragraphs(text.text).map((line) => ({ ...text, line, at: text.line })),
    );
    const file = join(folder, 'texts.txt');
    writeFileSync(file, lines.map(({ line }) => `${line}\n\n`).join(''));
    const found = Object.values(await alerts(vale, [file])).flat();
    return found.flatMap((alert) => {
      const source = lines[(alert.Line - 1) / 2];
      if (source === undefined) return [];
      const words = { ...alert, Message: `${alert.Message} In: ${source.line}` };
      return [finding(source.path, source.at, words)];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Metrics {
  readonly words: number;
  readonly sentences: number;
  readonly syllables: number;
}

/** The Flesch–Kincaid grade of a document: years of school that its reader needs. */
export async function grade(vale: string, path: string): Promise<number> {
  const { stdout, stderr, code } = await runCommand(vale, ['ls-metrics', path], { cwd: root });
  if (code !== 0) throw new Error(`vale ls-metrics ${path} failed: ${stderr}`);
  const { words, sentences, syllables }: Metrics = JSON.parse(stdout);
  return 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59;
}

/** The commands that the documentation tells people to type. */
import { codeBlocks } from './documents.ts';

export interface CommandLine {
  readonly path: string;
  readonly text: string;
  readonly words: readonly string[];
}

/** A shell's words, as far as the documentation uses quotes. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double),
  );
}

/** Each command of a pipe on its own; lines that end in a backslash go on. */
export function commandLines(path: string): readonly CommandLine[] {
  return codeBlocks(path)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => line.split(/ (?:\||&&) /))
    .map((text) => ({ path, text, words: wordsOf(text) }));
}

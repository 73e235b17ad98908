/** The commands that the documentation tells people to type. */
import { codeBlocks, prose } from './documents.ts';

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

/** Each command of a pipe on its own, without variables set before it; lines that end in a backslash go on. */
export function commandLines(path: string): readonly CommandLine[] {
  return codeBlocks(path)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => line.split(/ (?:\||&&) /))
    .map((text) => ({ path, text, words: wordsOf(text.replace(/^(?:[A-Z_]+=\S* )+/, '')) }));
}

/** What is typed of a line: up to a pipe, a redirection, or the words that explain an example of the help. */
const typedPart = (text: string) => text.split(/ [|>] | {2,}/)[0] ?? '';

/** The calls of `trusted-access` within sentences, and in the examples of its help. */
export function mentionedCalls(path: string): readonly CommandLine[] {
  const mentioned = [...prose(path).matchAll(/`(trusted-access [^`]+)`/g)].map(([, text = '']) => text);
  const examples = codeBlocks(path).flatMap(({ text }) =>
    (text.split(/^Examples:\n/m)[1]?.split('\n\n')[0] ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('trusted-access ')),
  );
  return [...mentioned, ...examples].map(typedPart).map((text) => ({ path, text, words: wordsOf(text) }));
}

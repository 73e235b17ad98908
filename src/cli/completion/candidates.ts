import type { Argument, Command, Option } from 'commander';

/** What may stand where the cursor is. */
export interface Candidates {
  readonly values: readonly Candidate[];
  /** What the shell adds of its own: files, folders, or nothing. */
  readonly also: 'Files' | 'Folders' | 'Nothing';
}

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Where the cursor is, in a command line whose words before it were understood. */
export type Place =
  | { readonly kind: 'Command' }
  | { readonly kind: 'Option' }
  | { readonly kind: 'Value'; readonly option: Option; readonly prefix: string }
  | { readonly kind: 'Argument'; readonly argument: Argument | undefined };

/**
 * Words as a person typed them, without the program: the last one is being completed. bash takes `--option=value` apart
 * at the `=`.
 */
export function joined(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const word of words) {
    const last = whole.at(-1) ?? '';
    const goesOn = last.startsWith('--') && (word === '=' ? !last.includes('=') : last.endsWith('='));
    if (goesOn) whole[whole.length - 1] = last + word;
    else whole.push(word);
  }
  return whole;
}

/** The name of the command that was typed; undefined: none yet. */
export function commandTyped(words: readonly string[]): string | undefined {
  return words.slice(0, -1).find((word) => !word.startsWith('-'));
}

/** Where the cursor is behind `command`; `words` are those after its name. */
export function placeIn(command: Command, words: readonly string[]): Place {
  const last = words.at(-1) ?? '';
  let waiting: Option | undefined;
  let isOver = false;
  let given = 0;
  for (const word of words.slice(0, -1)) {
    if (waiting) waiting = undefined;
    else if (word === '--') isOver = true;
    else if (!isOver && word.startsWith('-') && word !== '-') waiting = awaiting(command, word);
    else given += 1;
  }
  if (waiting) return { kind: 'Value', option: waiting, prefix: '' };
  const equals = last.indexOf('=');
  if (!isOver && last.startsWith('--') && equals > 0) {
    const option = optionCalled(command, last.slice(0, equals));
    if (option) return { kind: 'Value', option, prefix: last.slice(0, equals + 1) };
  }
  if (!isOver && last.startsWith('-')) return { kind: 'Option' };
  const { registeredArguments } = command;
  const argument =
    registeredArguments[given] ?? registeredArguments.filter(({ variadic }) => variadic).at(-1);
  return { kind: 'Argument', argument };
}

/** The option whose value comes next; undefined: it has none, or it has it already. */
function awaiting(command: Command, word: string): Option | undefined {
  const option = word.includes('=') ? undefined : optionCalled(command, word);
  return option?.required ? option : undefined;
}

const optionCalled = (command: Command, flag: string): Option | undefined =>
  command.options.find((option) => option.long === flag || option.short === flag);

export function optionCandidates(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short, description }) => {
      const value = long ?? short;
      return value === undefined ? [] : [{ value, description }];
    });
}

/** The last word may hold a value's option too: then so does every candidate. */
export function valueCandidates({ option, prefix }: Extract<Place, { kind: 'Value' }>): Candidates {
  const { argChoices = [], flags } = option;
  const values = argChoices.map((choice) => ({ value: `${prefix}${choice}`, description: '' }));
  if (/<dir>/.test(flags)) return { values, also: 'Folders' };
  return { values, also: /<(?:file|path)>/.test(flags) ? 'Files' : 'Nothing' };
}

export const argumentCandidates = ({ argChoices = [] }: Argument): Candidate[] =>
  argChoices.map((value) => ({ value, description: '' }));

/** Source: cobra, ShellCompDirective; kubectl asks its plug-ins for this form. */
const directives = { Files: 0, Nothing: 4, Folders: 16 } as const;

/** One candidate a line, a tab before what it means; the last line says what the shell adds. */
export function completionText({ values, also }: Candidates, typed: string): string {
  const lines = values
    .filter(({ value }) => value.startsWith(typed))
    .map(({ value, description }) =>
      description === '' ? value : `${value}\t${firstSentence(description)}`,
    );
  return [...lines, `:${directives[also]}`].join('\n');
}

const firstSentence = (text: string) => text.replaceAll(/\s+/g, ' ').split(/[;:] /)[0] ?? '';

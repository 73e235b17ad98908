import type { Command } from 'commander';
import {
  argumentCandidates,
  type Candidate,
  type Candidates,
  commandTyped,
  completionText,
  joined,
  optionCandidates,
  placeIn,
  valueCandidates,
} from './candidates.ts';

export interface Completing {
  /** The program with its own options alone. */
  readonly program: Command;
  readonly commandNames: readonly string[];
  /** Undefined: there is none of that name. */
  readonly load: (name: string) => Promise<Command | undefined>;
  /** Names of the resources, by the options that were typed; empty when they cannot be had quickly. */
  readonly resourceNames: (command: Command, words: readonly string[]) => Promise<readonly string[]>;
}

/** The answer to a shell that asks what may stand in place of the last word. */
export async function complete(typed: readonly string[], completing: Completing): Promise<string> {
  const words = joined(typed);
  return completionText(await candidates(words, completing), words.at(-1) ?? '');
}

async function candidates(words: readonly string[], completing: Completing): Promise<Candidates> {
  const { program, load } = completing;
  const name = commandTyped(words);
  if (name === undefined) {
    const isOption = words.at(-1)?.startsWith('-');
    return nothingElse(isOption ? optionCandidates(program) : await commandCandidates(completing));
  }
  const after = words.slice(words.indexOf(name) + 1);
  if (name === 'help') return nothingElse(after.length === 1 ? await commandCandidates(completing) : []);
  const command = await load(name);
  if (!command) return nothingElse([]);
  const place = placeIn(command, after);
  if (place.kind === 'Value') return valueCandidates(place);
  if (place.kind === 'Argument' && place.argument) {
    const { argument } = place;
    if (argument.name() !== resourceArgument) return nothingElse(argumentCandidates(argument));
    const names = await completing.resourceNames(command, after);
    return nothingElse(names.map((value) => ({ value, description: '' })));
  }
  return nothingElse(optionCandidates(command));
}

const nothingElse = (values: readonly Candidate[]): Candidates => ({ values, also: 'Nothing' });

async function commandCandidates({ commandNames, load }: Completing): Promise<Candidate[]> {
  const described = commandNames.map(async (value) => ({
    value,
    description: (await load(value))?.description() ?? '',
  }));
  return [...(await Promise.all(described)), { value: 'help', description: 'display help for command' }];
}

/** How commands call an argument that is the name of a TrustedAccess. */
const resourceArgument = 'name';

import { Command, CommanderError } from 'commander';
import { commandNames, loadCommand } from '../../src/cli/commands.ts';

/** The executable with all its commands, none of which does anything. */
async function program(): Promise<Command> {
  const root = new Command('trusted-access').version('0.0.0');
  for (const name of commandNames) root.addCommand((await loadCommand(name)).action(() => {}));
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  }
  return root;
}

/** Undefined when `trusted-access` takes these words, else what it says of them. */
export async function refusalOf(words: readonly string[]): Promise<string | undefined> {
  try {
    await (await program()).parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

import { Command } from 'commander';
import { type CommandName, commandNames, loadCommand } from './cli/commands.ts';
import { endWhenWritten, watchOutput } from './cli/output.ts';
import { calledBy, programNameOf } from './cli/programName.ts';
import { version } from './cli/version.ts';

const name = programNameOf(process.argv[1]);

function programOf(): Command {
  return new Command(name)
    .description(
      'Keeps AWS Organizations trusted access and delegated administrators in the declared state, and names the actor of each change.',
    )
    .version(version)
    .configureOutput({ writeOut: (text) => void process.stdout.write(calledBy(name, text)) })
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
}

/** Only the command that is asked for is loaded; help wants them all. */
async function main(args: readonly string[]): Promise<void> {
  if (args[0] === '__complete') return answerShell(args.slice(1));
  const program = programOf();
  const asked = commandNames.find((name) => name === args.find((arg) => !arg.startsWith('-')));
  const names: readonly CommandName[] = asked && args[0] === asked ? [asked] : commandNames;
  for (const name of names) program.addCommand((await loadCommand(name)).copyInheritedSettings(program));
  await program.parseAsync(args, { from: 'user' });
}

/** A shell, or kubectl, asks what may stand in place of the last word. Whatever happens, it disturbs nobody's prompt. */
async function answerShell(words: readonly string[]): Promise<void> {
  const { complete } = await import('./cli/completion/complete.ts');
  const load = async (name: string) => {
    const known = commandNames.find((each) => each === name);
    return known && loadCommand(known);
  };
  const resourceNames = async (command: Command, typed: readonly string[]) =>
    (await import('./cli/completion/resourceNames.ts')).resourceNames(command, typed);
  const answer = await complete(words, { program: programOf(), commandNames, load, resourceNames });
  process.stdout.write(`${answer}\n`);
}

const examples = `
Examples:
  trusted-access sandbox                        the operator on a simulated AWS; needs no account or cluster
  trusted-access crd | kubectl apply --server-side -f -
  trusted-access run                            the operator, on the cluster of your kubeconfig
  trusted-access run --manifests ./manifests    the operator, on a folder of manifests
  trusted-access setup --dry-run                the event infrastructure that setup would create
  trusted-access doctor                         problems, and a remedy for each
  trusted-access import --output-dir ./manifests
                                                manifests of the actual state
  trusted-access plan -f ./manifests            what would change in AWS, and why
  trusted-access history sso                    changes and their actors
  trusted-access help run                       the options of a command
`;

watchOutput();
try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await endWhenWritten();

import { Command } from 'commander';
import { type CommandName, commandNames, loadCommand } from './cli/commands.ts';
import { version } from './cli/version.ts';

/** Only the command that is asked for is loaded; help wants them all. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command('trusted-access')
    .description(
      'Keeps AWS Organizations trusted access and delegated administrators as declared, and says who changed them.',
    )
    .version(version)
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
  const asked = commandNames.find((name) => name === args.find((arg) => !arg.startsWith('-')));
  const names: readonly CommandName[] = asked && args[0] === asked ? [asked] : commandNames;
  for (const name of names) program.addCommand(await loadCommand(name));
  await program.parseAsync(args, { from: 'user' });
}

const examples = `
Examples:
  trusted-access sandbox                        see it at work, no account and no cluster needed
  trusted-access crd | kubectl apply --server-side -f -
  trusted-access run                            the operator, on the cluster of your kubeconfig
  trusted-access run --manifests ./manifests    the operator, on a folder of manifests
  trusted-access setup --dry-run                the event plumbing: what would be made in AWS
  trusted-access doctor                         what is wrong, and what to do about it
  trusted-access import --output-dir ./manifests
                                                manifests of what there is
  trusted-access plan -f ./manifests            what would change in AWS, and why
  trusted-access history sso                    what happened, and who did it
  trusted-access help run                       the options of a command
`;

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`trusted-access: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import { Command, InvalidArgumentError, Option } from 'commander';
import { environmentOption } from './environmentOption.ts';
import { roleArnOption } from './roleArnOption.ts';
import type { SetupOptions } from './setup/options.ts';
import { setup } from './setup/setup.ts';
import { abortedBySignal } from './signals.ts';
import { systemClock } from './systemClock.ts';
import { processTerminal } from './terminal.ts';

export function setupCommand(): Command {
  const command = new Command('setup')
    .description('make the rule, queues and policies through which the operator hears of changes')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
  for (const option of options()) command.addOption(option);
  return command.action(async (given: SetupOptions) => {
    process.exitCode = await setup(
      given,
      { terminal: processTerminal(), clock: systemClock },
      abortedBySignal(),
    );
  });
}

function options(): Option[] {
  return [
    new Option('--dry-run', 'show the plan and change nothing').default(false),
    new Option('--yes', 'do not ask').default(false),
    new Option('--remove', 'remove what setup made').default(false),
    environmentOption(
      '--region <region>',
      'any region of the partition; default: the one of your AWS settings',
    ),
    roleArnOption('role in the management account to act as'),
    environmentOption('--external-id <id>', 'external id that the role asks for'),
    environmentOption('--rule-name <name>', 'name of the rule (default: trusted-access-events)'),
    environmentOption('--queue-name <name>', 'name of the queue (default: trusted-access-events)'),
    environmentOption(
      '--identity-center-region <region>',
      'also forward events of IAM Identity Center from the region of its instance',
    ),
    new Option('--tag <key=value>', 'put a tag on what is made; may be given several times')
      .default({})
      .argParser(tag),
    new Option('--json', 'print the plan and what came of it as one JSON object').default(false),
  ];
}

function tag(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [key = '', ...value] = text.split('=');
  if (key === '' || value.length === 0) throw new InvalidArgumentError('It is KEY=VALUE.');
  return { ...before, [key]: value.join('=') };
}

const examples = `
Everything is made in the management account, in the one region where events of AWS Organizations appear
(us-east-1, cn-northwest-1, us-gov-west-1, …). Running it again repairs what is missing and leaves the rest alone.
The plan is shown first; on a terminal you are asked, elsewhere --yes applies it.
At the end it prints the helm command for each release in the cluster of the current kubeconfig context; when none is
found within 2 seconds, for the default one.
The options with a <value>, but --tag, may also be given as environment variables: --role-arn as TRUSTED_ACCESS_ROLE_ARN.

Examples:
  trusted-access setup --dry-run                 what would be made or repaired
  trusted-access setup                           show it, ask, do it
  trusted-access setup --yes --tag team=identity
  trusted-access setup --role-arn arn:aws:iam::111111111111:role/setup
  trusted-access setup --identity-center-region eu-west-1
  trusted-access setup --remove                  remove what it created; give the same names and region

Exit codes: 0 done, or nothing to do; 2 there are changes that were not applied (--dry-run, not confirmed,
or no terminal and no --yes); 1 something failed, or no event can arrive because the queue
is encrypted with the AWS managed key.
`;

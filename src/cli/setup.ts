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
    .description('create the rule, queues and policies that deliver events to the operator')
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
    new Option('--remove', 'remove the resources that setup made').default(false),
    environmentOption(
      '--region <region>',
      'any region of the partition; default: the region of your AWS settings',
    ),
    roleArnOption('role in the management account to act as'),
    environmentOption('--external-id <id>', 'external id that the role requires'),
    environmentOption('--rule-name <name>', 'name of the rule (default: trusted-access-events)'),
    environmentOption('--queue-name <name>', 'name of the queue (default: trusted-access-events)'),
    environmentOption(
      '--identity-center-region <region>',
      'also forward events of IAM Identity Center from the region of its instance',
    ),
    new Option('--tag <key=value>', 'tag of every created resource; repeatable').default({}).argParser(tag),
    new Option('--json', 'print the plan and its result as one JSON object').default(false),
  ];
}

function tag(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [key = '', ...value] = text.split('=');
  if (key === '' || value.length === 0) throw new InvalidArgumentError('It is KEY=VALUE.');
  return { ...before, [key]: value.join('=') };
}

const examples = `
The command creates everything in the management account, in the region where events of AWS Organizations appear
(us-east-1, cn-northwest-1, us-gov-west-1, …). If you run it again, it only repairs missing parts.
It shows the plan first. On a terminal it asks before it changes anything; elsewhere, set --yes.
At the end it prints the helm command for each release in the cluster of the current kubeconfig context. If it finds
none within 2 seconds, it prints the command for the default release.
You can set each option with a <value>, except --tag, by an environment variable, such as TRUSTED_ACCESS_ROLE_ARN.

Examples:
  trusted-access setup --dry-run                 show what setup would create or repair
  trusted-access setup                           show the plan, ask, and apply it
  trusted-access setup --yes --tag team=identity
  trusted-access setup --role-arn arn:aws:iam::111111111111:role/setup
  trusted-access setup --identity-center-region eu-west-1
  trusted-access setup --remove                  remove the created resources; give the same names and region

Exit codes:
  0  done, or nothing to do
  2  changes that were not applied: --dry-run, not confirmed, or no terminal and no --yes
  1  an error, or a queue that cannot receive events because it is encrypted with the AWS managed key
`;

import { Command, Option } from 'commander';
import { environmentOption } from './environmentOption.ts';
import { type ImportOptions, importManifests } from './import/import.ts';
import { roleArnOption } from './roleArnOption.ts';
import { abortedBySignal } from './signals.ts';
import { systemClock } from './systemClock.ts';
import { processTerminal } from './terminal.ts';

export function importCommand(): Command {
  const command = new Command('import')
    .description('write manifests of what the organization has today; changes nothing in AWS')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
  for (const option of options()) command.addOption(option);
  return command.action(async (given: ImportOptions) => {
    await importManifests(given, { terminal: processTerminal(), clock: systemClock }, abortedBySignal());
  });
}

function options(): Option[] {
  return [
    new Option(
      '--principal <principal>',
      'only this service, for example sso.amazonaws.com; may be given several times; absent: all that are enabled',
    )
      .default([], '')
      .argParser((principal: string, before: string[]) => [...before, principal]),
    new Option('--output-dir <dir>', 'write one file a service; absent: all to standard output'),
    new Option('--overwrite', 'replace files that are there with another text').default(false),
    new Option(
      '--organization-guard',
      'write the id of the organization into the manifests: they never act on another',
    ).default(false),
    new Option(
      '--manage-administrators',
      'declare delegatedAdministrators: [] where no account is registered, so that none is added later',
    ).default(false),
    roleArnOption('role in the management account to look with, and to write down'),
    environmentOption('--external-id <id>', 'external id that the role asks for'),
    environmentOption(
      '--region <region>',
      'any region of the partition of the organization, to look with and to write down',
    ),
  ];
}

const examples = `
Applying what it writes changes nothing: each manifest declares what AWS has at this moment, comments say what was found,
and what could not be read is left out, which leaves it unmanaged. It needs permission to read alone.
Where no account is registered delegatedAdministrators is left out too; --manage-administrators writes [].
docs/migrate.md tells how to come from Terraform, Crossplane, ACK, CloudFormation or Landing Zone Accelerator.

Examples:
  trusted-access import                                     everything, to standard output
  trusted-access import --output-dir manifests/             a file a service, ready to commit
  trusted-access import --principal sso.amazonaws.com | kubectl apply --server-side -f -
  trusted-access import --role-arn arn:aws:iam::111111111111:role/trusted-access-operator --organization-guard

Exit codes: 0 written (warnings tell what was left out); 1 the organization cannot be read, a --principal is not
enabled, or a file is there already.
`;

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
      'only this service, for example sso.amazonaws.com; repeatable; absent: every enabled service',
    )
      .default([], '')
      .argParser((principal: string, before: string[]) => [...before, principal]),
    new Option('--output-dir <dir>', 'write one file for each service; absent: write to standard output'),
    new Option('--overwrite', 'replace existing files that differ').default(false),
    new Option(
      '--organization-guard',
      'write spec.organization.id, so that the manifests never change another organization',
    ).default(false),
    new Option(
      '--manage-administrators',
      'write delegatedAdministrators: [] if no account is registered, so that the operator removes later ones',
    ).default(false),
    roleArnOption('role in the management account, to read with and to write into the manifests'),
    environmentOption('--external-id <id>', 'external id that the role requires'),
    environmentOption(
      '--region <region>',
      'any region of the partition of the organization, to read with and to write into the manifests',
    ),
  ];
}

const examples = `
Each manifest declares the actual state, so applying it changes nothing in AWS. Comments describe the service.
The command needs only read permissions. It omits a field that it cannot read, and the operator does not manage it.
If no account is registered, it omits delegatedAdministrators; --manage-administrators writes [].
docs/migrate.md describes how to migrate from another tool.

Examples:
  trusted-access import                                     every service, to standard output
  trusted-access import --output-dir manifests/             one file for each service
  trusted-access import --principal sso.amazonaws.com | kubectl apply --server-side -f -
  trusted-access import --role-arn arn:aws:iam::111111111111:role/trusted-access-operator --organization-guard

Exit codes:
  0  written; warnings list omitted fields
  1  the organization cannot be read, a --principal is not enabled, or a file exists already
`;

import { Command, Option } from 'commander';
import { clusterReadingOptions } from './clusterReading.ts';
import { environmentOption } from './environmentOption.ts';
import { type HistoryOptions, history } from './history/history.ts';
import { parseSince } from './history/since.ts';
import { abortedBySignal } from './signals.ts';
import { systemClock } from './systemClock.ts';
import { processTerminal } from './terminal.ts';

export function historyCommand(): Command {
  const command = new Command('history')
    .description(
      'show what happened to the resources: drift with its actor, corrections, changes of the spec',
    )
    .argument('[name]', 'name of a TrustedAccess; absent: all')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
  for (const option of options()) command.addOption(option);
  return command.action(async (name: string | undefined, given: HistoryOptions) => {
    await history(name, given, { terminal: processTerminal(), clock: systemClock }, abortedBySignal());
  });
}

function options(): Option[] {
  return [
    new Option('--since <duration>', 'how far back, for example 90m, 24h or 7d; CloudTrail keeps 90 days')
      .default(24 * 3_600_000, '24h')
      .argParser(parseSince),
    new Option('--json', 'print it as JSON, see --json-schema').default(false),
    new Option('--json-schema', 'print the JSON Schema of what --json prints').default(false),
    environmentOption(
      '--manifests <dir>',
      'as for run: the resources are in a folder, without a cluster and its events',
    ),
    environmentOption('--status-dir <dir>', 'as for run: folder of the status files'),
    ...clusterReadingOptions(),
  ];
}

const examples = `
One line for each thing that happened, the oldest first, from four sources:
  cloudtrail   calls in AWS of the last 90 days and who made them; a call appears after some minutes
  event        Kubernetes events, which a cluster keeps for an hour by default
  status       the last drift, and when each condition last changed
  spec         metadata.managedFields: which program set which fields last; the person is in the API server's audit log
Entries of several sources are one line when they share a CloudTrail event id, an AWS request id, or the kind and exact
detection time of a drift. All others are lines of their own in the order of time. CloudTrail knows whole seconds.
It only reads: list of trustedaccesses, list of events in namespace default, and cloudtrail:LookupEvents in the
management account, by the credentials of your environment or the role that a resource names. What may not be read is
left out, and named on standard error.

Examples:
  trusted-access history sso
  trusted-access history --since 7d                    every resource, a week
  trusted-access history sso --since 90d --json | jq '.events[] | select(.kind == "Drift") | .by'
  trusted-access history --manifests ./manifests

Exit codes: 0 shown, also when a source was left out; 1 the resources cannot be read, or there is none of that name.
`;

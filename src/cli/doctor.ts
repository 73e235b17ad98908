import { Command, Option } from 'commander';
import { doctor } from './doctor/doctor.ts';
import type { DoctorOptions } from './doctor/options.ts';
import { doctorTrailFiles } from './doctor/trailFiles/command.ts';
import { environmentOption } from './environmentOption.ts';
import { roleArnOption } from './roleArnOption.ts';
import { abortedBySignal } from './signals.ts';
import { systemClock } from './systemClock.ts';
import { processTerminal } from './terminal.ts';

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check everything that the operator depends on, and print a remedy for each problem')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
  for (const option of options()) command.addOption(option);
  return command.action(async (given: DoctorOptions) => {
    const surroundings = { terminal: processTerminal(), clock: systemClock };
    const signal = abortedBySignal();
    const { cloudtrail, json } = given;
    process.exitCode =
      cloudtrail === undefined
        ? await doctor(given, surroundings, signal)
        : await doctorTrailFiles(cloudtrail, json, surroundings, signal);
  });
}

function options(): Option[] {
  return [
    environmentOption('--event-queue <url>', 'queue that run receives events from; repeatable')
      .default([])
      .argParser((url: string, before: string[]) => [...before, ...url.split(',').filter(Boolean)]),
    environmentOption('--rule-name <name>', 'rule that sends to the queue (default: trusted-access-events)'),
    environmentOption('--service-principal <name>', 'service whose administrators to read').default(
      'sso.amazonaws.com',
    ),
    roleArnOption('role in the management account, as in spec.organization.roleArn'),
    environmentOption('--external-id <id>', 'external id that the role requires'),
    environmentOption(
      '--region <region>',
      'any region of the partition; default: the region of your AWS settings',
    ),
    environmentOption('--cluster-name <name>', 'as for run').default('default'),
    environmentOption('--manifests <dir>', 'as for run: the resources are in a folder, without a cluster'),
    environmentOption('--policy <file>', 'as for run: the policy file of the platform owner'),
    new Option('--no-cluster', 'check no cluster'),
    environmentOption(
      '--kubeconfig <file>',
      'cluster to check; default: KUBECONFIG, ~/.kube/config, or the pod itself',
    ),
    environmentOption('--context <name>', 'context of the kubeconfig'),
    environmentOption('--leader-election-namespace <name>', 'namespace of the lease'),
    environmentOption('--watch-label-selector <selector>', 'as for run: each shard has its own lease'),
    new Option(
      '--cloudtrail <dir>',
      'only read the CloudTrail files in this folder, and report what the operator would do with each record',
    ),
    new Option('--json', 'print one JSON object instead').default(false),
  ];
}

const examples = `
Nothing is changed: one heartbeat after the other is put on the default event bus until one comes back through the
queue, where it is deleted; every other message is given back. The options with a <value> may also be given as
environment variables: --event-queue as TRUSTED_ACCESS_EVENT_QUEUE, so that in the operator's pod none is needed.

Doctor asks IAM whether its policies allow the writes. Without the optional permission iam:SimulatePrincipalPolicy, it
prints the command that asks.

Marks: ✓ well, ✗ failed, ! optional or worth a look, – not applicable or not to be told; → what to do.

--json prints one object:
  { "version", "healthy", "summary": { "ok", "warning", "failed", "skipped" },
    "checks": [ { "name", "group", "title", "status", "found", "remedy": [ … ], "milliseconds" } ] }
status is ok, warning, failed or skipped. Names stay as they are; those about one of several queues end in :1, :2, …

--cloudtrail reads the .json and .json.gz files of a folder and the folders below it, as CloudTrail delivers them to S3.
It calls neither AWS nor a cluster. With --json it prints one object:
  { "formatVersion", "folder", "files", "records",
    "outcomes": [ { "outcome", "detail", "records" } ],
    "changes": [ { "time", "eventName", "outcome", "managementAccountId", "principal", "accountId",
                   "by", "arn", "onBehalfOf", "via", "sourceIp", "eventId" } ],
    "repeatedChanges", "changesLeftOut", "unreadableFiles", "unreadable": [ { "file", "message" } ] }
outcome is WakesService, WakesOrganization, WakesNone, Failed or Ignored. The list of changes holds 10,000.

Examples:
  trusted-access doctor --event-queue https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access-events
  trusted-access doctor --no-cluster                       AWS alone
  kubectl exec -n trusted-access-system deploy/trusted-access-operator -- trusted-access doctor
  trusted-access doctor --cloudtrail AWSLogs/               what the operator makes of your own CloudTrail files
  trusted-access doctor --json | jq '.checks[] | select(.status == "failed")'

Exit codes: 0 nothing failed, 1 something did, or a file of --cloudtrail is unreadable.
`;

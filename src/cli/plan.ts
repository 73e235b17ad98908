import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { clusterReadingOptions } from './clusterReading.ts';
import { environmentOption } from './environmentOption.ts';
import { type PlanOptions, plan } from './plan/plan.ts';
import { abortedBySignal } from './signals.ts';
import { systemClock } from './systemClock.ts';
import { processTerminal } from './terminal.ts';

export function planCommand(): Command {
  const command = new Command('plan')
    .description('show what the operator would change in AWS, and why; changes nothing')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples);
  for (const option of options()) command.addOption(option);
  return command.action(async (given: PlanOptions) => {
    process.exitCode = await plan(
      given,
      { terminal: processTerminal(), clock: systemClock, readInput: () => text(process.stdin) },
      abortedBySignal(),
    );
  });
}

function options(): Option[] {
  return [
    new Option(
      '-f, --filename <path>',
      'manifest, folder of manifests, or - for standard input; repeatable; absent: the resources of the cluster',
    )
      .default([], '')
      .argParser((path: string, before: string[]) => [...before, path]),
    environmentOption('--policy <file>', 'what resources may declare, as for run: a violation is an error'),
    new Option('--json', 'print the plan as JSON, see --json-schema').default(false),
    new Option('--markdown', 'print the plan as Markdown for a pull request')
      .default(false)
      .conflicts('json'),
    new Option('--json-schema', 'print the JSON Schema of what --json prints').default(false),
    ...clusterReadingOptions(),
  ];
}

const examples = `
The command reads AWS with the credentials of your environment (AWS_PROFILE, AWS_ACCESS_KEY_ID, …), or with the role
that a resource names. It needs only read permissions. It makes the same plan as \`run\`.
  +  added    ~  changed    -  removed    =  in sync    !  held    ✗  cannot reach    ?  could not be read

Examples:
  trusted-access plan -f manifests/                  what a folder of manifests would change
  trusted-access plan -f sso.yaml -f guardduty.yaml
  kustomize build . | trusted-access plan -f -
  trusted-access plan                                the resources of the cluster of your kubeconfig
  trusted-access plan -f manifests/ --markdown       for a comment on a pull request
  trusted-access plan -f manifests/ --policy p.yaml  also what the policy of the platform owner does not permit

Exit codes:
  0  every resource is in sync
  2  the operator would change AWS; also with driftPolicy: Observe, Contended or AwaitingApproval
  1  a manifest is not valid, AWS or the cluster cannot be read, or a resource cannot reach the desired state because of
     a guard, a permission, the policy or the organization
`;

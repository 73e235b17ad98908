import { createCloud } from '../../aws/cloud.ts';
import { type DryRunOptions, dryRun } from '../../controller/assess.ts';
import { type CurrentPolicy, withExternalId } from '../../controller/permitted.ts';
import { openPolicyFile } from '../../policy/policyFile.ts';
import type { Clock } from '../../time/clock.ts';
import { personLimits } from '../personLimits.ts';
import { patiently, type Terminal } from '../terminal.ts';
import { userAgent } from '../version.ts';
import { accountNames, type NameAccounts } from './accountNames.ts';
import { assess } from './assess.ts';
import type { ClusterOptions } from './clusterResources.ts';
import { type Declaration, type Declarations, type ReadInput, readManifests } from './declarations.ts';
import { planMarkdown } from './markdown.ts';
import { inParallel, startProgress } from './progress.ts';
import {
  type ExitCode,
  exitCodes,
  type Report,
  type ResourceReport,
  reportJsonSchema,
  reportOf,
} from './report.ts';
import { planText } from './text.ts';

export interface PlanOptions extends ClusterOptions {
  /** Files, folders, `-` for standard input; none: the resources of the cluster. */
  readonly filename: readonly string[];
  readonly policy?: string;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly jsonSchema: boolean;
}

export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly readInput: ReadInput;
}

/** How many resources are looked at at once. AWS is asked no faster than its documented rates for that. */
const width = 8;

/**
 * Shows what the operator would do, and writes nothing anywhere. Rejects with an error for people when there is
 * nothing that could be shown.
 */
export async function plan(
  options: PlanOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { terminal } = surroundings;
  if (options.jsonSchema) {
    terminal.out(reportJsonSchema());
    return 0;
  }
  const policy =
    options.policy === undefined ? undefined : await openPolicyFile(options.policy, surroundings.clock);
  const { declarations, faults } = await declared(options, surroundings, signal);
  const report = reportOf(await dryRunAll(declarations, policy?.state, surroundings, signal), faults);
  terminal.out(shown(report, options, terminal));
  return exitCodes[report.result];
}

function shown(report: Report, { json, markdown }: PlanOptions, { paint }: Terminal): string {
  if (json) return JSON.stringify(report, null, 2);
  return markdown ? planMarkdown(report) : planText(report, paint);
}

async function declared(
  options: PlanOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Declarations> {
  const { clock, readInput } = surroundings;
  if (options.filename.length > 0) return readManifests(options.filename, readInput, clock, signal);
  const { readCluster } = await import('./clusterResources.ts');
  return patiently(surroundings, 'listing the resources of the cluster', readCluster(options, clock, signal));
}

async function dryRunAll(
  declarations: readonly Declaration[],
  policy: CurrentPolicy,
  { terminal, clock }: Surroundings,
  signal: AbortSignal,
): Promise<ResourceReport[]> {
  const cloud = createCloud({ clock, random: Math.random, userAgent, limits: personLimits });
  const progress = startProgress({ terminal, clock }, 'reading AWS', declarations.length);
  const all = declarations.map(({ stored }) => stored);
  const dryRunOptions: DryRunOptions = { cloud, clock, all, policy, notBefore: clock.now() };
  const namesOf = accountNames(cloud);
  try {
    return await inParallel(declarations, width, async (declaration) => {
      const report = await dryRunOne(declaration, dryRunOptions, namesOf, signal);
      progress.step();
      return report;
    });
  } finally {
    progress.end();
    cloud.close();
  }
}

async function dryRunOne(
  declaration: Declaration,
  dryRunOptions: DryRunOptions,
  namesOf: NameAccounts,
  signal: AbortSignal,
): Promise<ResourceReport> {
  const { resource } = declaration.stored;
  const forecast = await dryRun(resource, dryRunOptions, signal);
  const { organization } = withExternalId(resource, dryRunOptions.policy).spec;
  return assess(declaration, forecast, await namesOf(organization, forecast, signal));
}

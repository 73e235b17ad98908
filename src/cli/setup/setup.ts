import { createCloud } from '../../aws/cloud.ts';
import { CloudError } from '../../controller/ports.ts';
import { awsForwarding, awsInfrastructure } from '../../infrastructure/clients.ts';
import { InfrastructureError } from '../../infrastructure/infrastructure.ts';
import { applySteps, type ProvisionApi } from '../../infrastructure/provision.ts';
import type { Step } from '../../infrastructure/step.ts';
import type { Clock } from '../../time/clock.ts';
import { personLimits } from '../personLimits.ts';
import { patiently, type Terminal } from '../terminal.ts';
import { userAgent } from '../version.ts';
import { type Found, observe, SetupError, settingsAs } from './observe.ts';
import type { Choice, SetupOptions } from './options.ts';
import { findReleases } from './releases.ts';
import { jsonScreen, type Screen, textScreen } from './screen.ts';

export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** 0 done or nothing to do, 1 failed or no event can arrive, 2 there are changes that were not applied. */
export type ExitCode = 0 | 1 | 2;

/**
 * Shows what has to be done for events to arrive, asks, and does it; or the same for taking it away again. Rejects with an
 * error for people when there is nothing that could be shown.
 */
export async function setup(
  options: SetupOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { terminal, clock } = surroundings;
  const cloud = createCloud({
    clock,
    random: Math.random,
    userAgent,
    limits: personLimits,
    ...(options.region !== undefined && { region: options.region }),
  });
  try {
    const observing = observe(options, cloud, signal).catch(explain);
    const found = await patiently(surroundings, 'reading the event infrastructure', observing);
    const screen = options.json ? jsonScreen(terminal, options) : textScreen(terminal, options);
    screen.plan(found);
    const { blocked } = found.plan;
    const end = async (url: string | undefined): Promise<ExitCode> => {
      const shows = url !== undefined && blocked === undefined && !options.json && !options.remove;
      screen.done(url, shows ? await findReleases(clock, signal) : []);
      return blocked === undefined ? 0 : 1;
    };
    if (found.plan.steps.length === 0) return await end(found.observed.queue?.url);
    const choice = await decide(options, terminal, signal);
    if (choice !== 'Apply') {
      screen.notApplied(choice);
      return 2;
    }
    const { region, forwarding } = found.infrastructureSpec;
    const settingsFor = settingsAs(cloud, options);
    const api: ProvisionApi = {
      ...awsInfrastructure(region, settingsFor),
      ...(forwarding && { forwarding: awsForwarding(forwarding.region, settingsFor) }),
    };
    if (!(await carryOut(found, api, screen, signal))) return 1;
    // Everything is done: that the queue is not shown yet is no failure any more.
    const { name, url } = found.infrastructureSpec.queue;
    const there = await api.queue(name, signal).catch(() => undefined);
    return await end(there?.url ?? url);
  } finally {
    cloud.close();
  }
}

function explain(error: unknown): never {
  if (error instanceof CloudError) {
    const { action, kind, message, reason } = error;
    if (kind === 'denied' && reason !== 'AccessDenied') throw new SetupError(message, { cause: error });
    const remedy =
      kind === 'denied'
        ? '; to check the credentials, run trusted-access doctor'
        : '; check network, proxy and AWS_ENDPOINT_URL';
    throw new SetupError(`${action}: ${message}${remedy}`, { cause: error });
  }
  if (!(error instanceof InfrastructureError) || !error.denied) throw error;
  throw new SetupError(
    `${error.message}; deploy/iam/events/setup-policy.json holds every permission that setup needs`,
    { cause: error },
  );
}

async function decide(
  { dryRun, yes, json, remove }: SetupOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Choice> {
  if (dryRun) return 'DryRun';
  if (yes) return 'Apply';
  if (json || !terminal.interactive) return 'NotInteractive';
  const question = remove ? 'Remove this?' : 'Apply this?';
  return (await terminal.confirm(question, signal)) ? 'Apply' : 'Declined';
}

/** False when a step failed: it is told, and those after it are not tried. */
async function carryOut(
  { plan }: Found,
  api: Parameters<typeof applySteps>[0],
  screen: Screen,
  signal: AbortSignal,
): Promise<boolean> {
  const done: Step[] = [];
  const onDone = (step: Step) => {
    done.push(step);
    screen.stepDone(step);
  };
  try {
    await applySteps(api, plan.steps, onDone, signal);
    return true;
  } catch (error) {
    const failed = plan.steps[done.length];
    if (failed === undefined) throw error;
    screen.stepFailed(failed, error instanceof Error ? error.message : String(error), done.length);
    return false;
  }
}

import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { Command } from 'commander';
import { Observable } from 'rxjs';
import { credentialFiles, watchCredentialFiles } from '../aws/credentialFiles.ts';
import { openPolicyFile } from '../policy/policyFile.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { manifestsSource } from './manifestsSource.ts';
import { onceOver } from './once.ts';
import { eventIntakeFor } from './openEventIntake.ts';
import { type Source, startOperator } from './operator.ts';
import { whenOutputEnds } from './output.ts';
import { type RunOptions, withRunOptions } from './runOptions.ts';
import { endAfter, nextSignal } from './signals.ts';
import { systemClock } from './systemClock.ts';

/** Milliseconds for the work under way, as the docs and the chart say. */
const grace = 25_000;
/** Milliseconds after a signal by which the process has ended, whatever it waits for. */
const longestEnding = grace + 5_000;

export function runCommand(): Command {
  const command = new Command('run')
    .description('run the operator: keep AWS in the state that the TrustedAccess resources declare')
    .addHelpText('after', examples)
    .showHelpAfterError('(--help shows the options, with examples)');
  return withRunOptions(command).action((options: RunOptions) => run(options));
}

const examples = `
You can set each option by an environment variable, such as TRUSTED_ACCESS_EVENT_QUEUE for --event-queue.
The variables of AWS and Kubernetes keep their meaning: AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, KUBECONFIG, …

Examples:
  trusted-access run                                         on the cluster of your kubeconfig, or in a pod
  trusted-access run --event-queue https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access
  trusted-access run --manifests ./manifests                 without a cluster; status in ./manifests/.status
  trusted-access run --manifests ./manifests --once          in a pipeline: reconcile and exit

Exit codes:
  0  stopped as asked; with --once: every resource is in sync
  1  bad options, or the operator cannot start; with --once: a resource is not in sync
`;

async function run(options: RunOptions): Promise<void> {
  // From here on: as the first process of a container it would not be ended by a signal that nobody awaits.
  const stopped = nextSignal();
  void stopped.then((name) =>
    endAfter(longestEnding, `still not ended ${longestEnding / 1_000} s after ${name}`),
  );
  whenOutputEnds(({ code, message }) => {
    process.stderr.write(`cannot write the log (${code ?? message}); the operator continues without it\n`);
  });
  const logger = await createLogger({
    level: options.logLevel,
    format: options.logFormat,
    to: process.stdout,
    noColor: process.env['NO_COLOR'],
  });
  const openEventIntake = eventIntakeFor(options, logger);
  const policy = options.policy === undefined ? undefined : await openPolicyFile(options.policy, systemClock);
  const source = await openSource(options, logger);
  const operator = await startOperator({
    source,
    clock: systemClock,
    random: Math.random,
    logger,
    clusterName: options.clusterName,
    concurrency: options.maxConcurrentReconciles,
    limits: { contentionHold: options.contentionHold, takeOverGrace: options.takeOverGrace },
    ...(policy && { policy }),
    health: options.healthProbeBindAddress,
    metrics: options.metricsBindAddress,
    openEventIntake,
    credentialChanges$: credentialChanges(logger),
    grace,
  });
  if (options.once) {
    const over = await Promise.race([onceOver(source, operator.results$), stopped]);
    if (typeof over === 'string')
      logger.info({ signal: over }, 'stopping before every resource was reconciled');
    process.exitCode = typeof over !== 'string' && over.failed.length === 0 ? 0 : 1;
  } else {
    logger.info({ signal: await stopped }, 'stopping');
  }
  await operator.stop();
}

/** Emits after each change of the files that the SDK's default chain reads, for as long as it is subscribed to. */
function credentialChanges(logger: Logger): Observable<void> {
  return new Observable((subscriber) => {
    const ending = new AbortController();
    void watchCredentialFiles(
      credentialFiles(process.env, homedir()),
      { clock: systemClock, signal: ending.signal },
      () => {
        logger.debug({}, 'credential files changed');
        subscriber.next();
      },
    );
    return () => ending.abort();
  });
}

async function openSource(options: RunOptions, logger: Logger): Promise<Source> {
  if (options.manifests !== undefined) {
    await requireFolder(options.manifests);
    return manifestsSource(options.manifests, logger, options.statusDir);
  }
  const { clusterSource } = await import('./clusterSource.ts');
  return clusterSource(options, logger);
}

/** A folder that is not there at the start is a typing error; one that goes later comes back. */
async function requireFolder(directory: string): Promise<void> {
  const isFolder = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new Error(`--manifests: ${directory} is no folder`);
}

import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { openEarsFor } from './hearing.ts';
import { manifestsSource } from './manifestsSource.ts';
import { onceOver } from './once.ts';
import { type Source, startOperator } from './operator.ts';
import { type RunOptions, withRunOptions } from './runOptions.ts';
import { nextSignal } from './signals.ts';
import { systemClock } from './systemClock.ts';

const grace = 25_000;

export function runCommand(): Command {
  const command = new Command('run')
    .description('the operator: keeps AWS as the TrustedAccess resources declare')
    .addHelpText('after', examples)
    .showHelpAfterError('(--help shows the options, with examples)');
  return withRunOptions(command).action((options: RunOptions) => run(options));
}

const examples = `
Each option may also be given as an environment variable: --event-queue as TRUSTED_ACCESS_EVENT_QUEUE.
The usual variables of AWS and Kubernetes keep their meaning: AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, KUBECONFIG, …

Examples:
  trusted-access run                                         on the cluster of your kubeconfig, or in a pod
  trusted-access run --event-queue https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access
  trusted-access run --manifests ./manifests                 without a cluster; status in ./manifests/.status
  trusted-access run --manifests ./manifests --once          in a pipeline: reconcile and exit

Exit codes: 0 stopped as asked (with --once: everything as declared), 1 bad options, cannot start,
or with --once something that is not as declared.
`;

async function run(options: RunOptions): Promise<void> {
  // From here on: as the first process of a container it would not be ended by a signal that nobody awaits.
  const stopped = nextSignal();
  const logger = await createLogger({
    level: options.logLevel,
    format: options.logFormat,
    to: process.stdout,
    noColor: process.env['NO_COLOR'],
  });
  const openEars = openEarsFor(options, logger);
  const source = await openSource(options, logger);
  const operator = await startOperator({
    source,
    clock: systemClock,
    random: Math.random,
    logger,
    clusterName: options.clusterName,
    concurrency: options.maxConcurrentReconciles,
    limits: { contentionHold: options.contentionHold, takeOverGrace: options.takeOverGrace },
    health: options.healthProbeBindAddress,
    metrics: options.metricsBindAddress,
    openEars,
    grace,
  });
  if (options.once) {
    const over = await Promise.race([onceOver(source, operator.results$), stopped]);
    if (typeof over === 'string') logger.info({ signal: over }, 'stopping before everything was looked at');
    process.exitCode = typeof over !== 'string' && over.failed.length === 0 ? 0 : 1;
  } else {
    logger.info({ signal: await stopped }, 'stopping');
  }
  await operator.stop();
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

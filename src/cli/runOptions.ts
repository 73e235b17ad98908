import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BindAddress, parseBindAddress } from '../telemetry/bindAddress.ts';
import { type LogFormat, type LogLevel, logFormats, logLevels } from '../telemetry/logger.ts';

export interface RunOptions {
  readonly eventQueue: readonly string[];
  readonly notifyBus?: string;
  readonly manifests?: string;
  readonly statusDir?: string;
  readonly once: boolean;
  readonly leaderElect?: boolean;
  readonly leaderElectionNamespace?: string;
  readonly watchLabelSelector?: string;
  readonly maxConcurrentReconciles: number;
  readonly metricsBindAddress: BindAddress;
  readonly healthProbeBindAddress: BindAddress;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly clusterName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** `--some-option` may also be given as TRUSTED_ACCESS_SOME_OPTION. */
function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`TRUSTED_ACCESS_${made.name().replaceAll('-', '_').toUpperCase()}`);
}

export function withRunOptions(command: Command): Command {
  const options = [
    option('--manifests <dir>', 'take the resources from a folder of YAML files instead of a cluster'),
    option('--status-dir <dir>', 'where status files go; default: .status in the folder of manifests'),
    option('--once', 'reconcile everything once and exit: 0 all as declared, 1 otherwise').default(false),
    option('--event-queue <url>', 'SQS queue that hears of changes; may be given several times')
      .default([])
      .argParser((url: string, before: string[]) => [...before, ...url.split(',').filter(Boolean)]),
    option('--notify-bus <name>', 'EventBridge bus to tell of drift, corrections and stalls'),
    option('--cluster-name <name>', 'tells several operators on one event bus apart')
      .default('default')
      .argParser(clusterName),
    ...clusterOptions(),
    option('--max-concurrent-reconciles <n>', 'how many resources are worked on at once')
      .default(8)
      .argParser(count),
    option('--metrics-bind-address <address>', 'where /metrics is served, 0 for off')
      .default(parseBindAddress(':8080'), ':8080')
      .argParser(address),
    option('--health-probe-bind-address <address>', 'where /healthz and /readyz are served, 0 for off')
      .default(parseBindAddress(':8081'), ':8081')
      .argParser(address),
    option('--log-level <level>', 'least important line to log').default('info').choices(logLevels),
    option('--log-format <format>', 'auto: pretty on a terminal, JSON elsewhere')
      .default('auto')
      .choices(logFormats),
  ];
  for (const each of options) command.addOption(each);
  return command;
}

function clusterOptions(): Option[] {
  return [
    option('--kubeconfig <file>', 'cluster to use; default: KUBECONFIG, ~/.kube/config, or the pod itself'),
    option('--context <name>', 'context of the kubeconfig'),
    option(
      '--leader-elect [bool]',
      'let one replica work and the others wait (default: true in a pod)',
    ).argParser(bool),
    option('--leader-election-namespace <name>', 'namespace of the lease; default: the own one'),
    option('--watch-label-selector <selector>', 'work only on resources with these labels: sharding'),
  ];
}

function clusterName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('It is up to 64 letters, digits, dots, hyphens and underscores.');
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000) return number;
  throw new InvalidArgumentError('It is a whole number from 1 to 1000.');
}

function bool(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('It is true or false.');
}

function address(text: string): BindAddress {
  const parsed = parseBindAddress(text);
  if (parsed) return parsed;
  throw new InvalidArgumentError('It is :8080, 127.0.0.1:8080, or 0 for off.');
}

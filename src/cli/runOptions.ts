import { type Command, InvalidArgumentError, type Option } from 'commander';
import { parseDuration } from '../crds/duration.ts';
import { type BindAddress, parseBindAddress } from '../telemetry/bindAddress.ts';
import { type LogFormat, type LogLevel, logFormats, logLevels } from '../telemetry/logger.ts';
import { environmentOption } from './environmentOption.ts';

export interface RunOptions {
  readonly eventQueue: readonly string[];
  readonly notifyBus?: string;
  readonly manifests?: string;
  readonly statusDir?: string;
  readonly policy?: string;
  readonly once: boolean;
  readonly leaderElect?: boolean;
  readonly leaderElectionNamespace?: string;
  readonly watchLabelSelector?: string;
  readonly maxConcurrentReconciles: number;
  /** Milliseconds. */
  readonly contentionHold: number;
  /** Milliseconds. */
  readonly takeOverGrace: number;
  readonly metricsBindAddress: BindAddress;
  readonly healthProbeBindAddress: BindAddress;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly clusterName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function withRunOptions(command: Command): Command {
  const options = [
    environmentOption(
      '--manifests <dir>',
      'read the resources from a folder of YAML files instead of a cluster',
    ),
    environmentOption(
      '--status-dir <dir>',
      'folder of the status files; default: .status in the folder of manifests',
    ),
    environmentOption(
      '--policy <file>',
      'policy file of the platform owner: what resources may declare; read again when it changes',
    ),
    environmentOption(
      '--once',
      'reconcile every resource once and exit; exit code 0: all in sync, 1: not',
    ).default(false),
    environmentOption('--event-queue <url>', 'SQS queue that receives the events; repeatable')
      .default([])
      .argParser((url: string, before: string[]) => [...before, ...url.split(',').filter(Boolean)]),
    environmentOption(
      '--notify-bus <name>',
      'EventBridge bus for notifications of drift, corrections and stalls',
    ),
    environmentOption('--cluster-name <name>', 'name of this operator, unique on its event bus')
      .default('default')
      .argParser(clusterName),
    ...clusterOptions(),
    environmentOption('--max-concurrent-reconciles <n>', 'how many resources to reconcile at the same time')
      .default(8)
      .argParser(count),
    environmentOption(
      '--contention-hold <duration>',
      'longest wait before a contended administrator is restored, 0s for none',
    )
      .default(60_000, '1m')
      .argParser(duration),
    environmentOption(
      '--take-over-grace <duration>',
      'how long a missing resource keeps its claim on a service, 0s for none',
    )
      .default(120_000, '2m')
      .argParser(duration),
    environmentOption('--metrics-bind-address <address>', 'where /metrics is served, 0 for off')
      .default(parseBindAddress(':8080'), ':8080')
      .argParser(address),
    environmentOption(
      '--health-probe-bind-address <address>',
      'where /healthz and /readyz are served, 0 for off',
    )
      .default(parseBindAddress(':8081'), ':8081')
      .argParser(address),
    environmentOption('--log-level <level>', 'lowest level to log').default('info').choices(logLevels),
    environmentOption('--log-format <format>', 'auto: pretty on a terminal, JSON elsewhere')
      .default('auto')
      .choices(logFormats),
  ];
  for (const each of options) command.addOption(each);
  return command;
}

function clusterOptions(): Option[] {
  return [
    environmentOption(
      '--kubeconfig <file>',
      'cluster to use; default: KUBECONFIG, ~/.kube/config, or the pod itself',
    ),
    environmentOption('--context <name>', 'context of the kubeconfig'),
    environmentOption(
      '--leader-elect [bool]',
      'let one replica lead and the others wait (default: true in a pod)',
    ).argParser(bool),
    environmentOption(
      '--leader-election-namespace <name>',
      'namespace of the lease; default: the namespace of the pod',
    ),
    environmentOption(
      '--watch-label-selector <selector>',
      'reconcile only resources with these labels, for sharding',
    ),
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

function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds <= 30 * 60_000) return milliseconds;
  throw new InvalidArgumentError('It is a duration up to 30m, for example 30s or 2m.');
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

/**
 * Credential plug-ins of a kubeconfig, as client-go runs them
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins). Written
 * here because `@kubernetes/client-node` 2.0.1 runs one process for each concurrent call, drops `installHint`, and
 * tells the plug-in neither its version nor whether it may ask a person.
 */
import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';
import { z } from 'zod';
import type { Cluster, ExecConfig } from './kubeconfigFile.ts';

export interface Credential {
  readonly token?: string | undefined;
  /** PEM. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface ExecPlugin {
  /** Runs the command unless a credential of an earlier run is still good. Rejects with an error for people. */
  credential(): Promise<Credential>;
  /** The API server refused the credential: the next call runs the command again. */
  forget(): void;
}

export interface ExecPluginOptions {
  readonly exec: ExecConfig;
  /** Name of the user of the kubeconfig, for messages. */
  readonly user: string;
  readonly cluster: Cluster;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person can be asked: standard input is a terminal. */
  readonly hasTerminal?: boolean;
  /** Milliseconds that a plug-in may take when it asks nobody; default a minute. */
  readonly patience?: number;
}

const answerSchema = z.object({
  apiVersion: z.string(),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().nullish(),
  }),
});
type Answer = z.output<typeof answerSchema>;

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** @throws Error when the plug-in needs a terminal and there is none, or does not say what it needs */
function isInteractive({
  exec,
  user,
  hasTerminal,
}: Required<Pick<ExecPluginOptions, 'exec' | 'user' | 'hasTerminal'>>) {
  const mode = exec.interactiveMode || (exec.apiVersion === versions[1] ? 'IfAvailable' : '');
  switch (mode) {
    case 'Never':
      return false;
    case 'IfAvailable':
      return hasTerminal;
    case 'Always':
      if (hasTerminal) return true;
      throw new Error(
        `kubeconfig: the exec plug-in ${exec.command} of user ${user} needs a terminal (interactiveMode: Always), and standard input is not a terminal. Log in on a terminal, or use another user.`,
      );
    default:
      throw new Error(
        `kubeconfig: users[${user}].exec.interactiveMode must be Never, IfAvailable or Always; it is ${mode || 'not set'}.`,
      );
  }
}

/** KUBERNETES_EXEC_INFO: what the plug-in is told. */
function execInfo({ exec, cluster }: ExecPluginOptions, interactive: boolean): string {
  const { server, 'certificate-authority-data': authority } = cluster;
  return JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: {
      ...(exec.provideClusterInfo === true && {
        cluster: {
          server,
          'tls-server-name': cluster['tls-server-name'],
          'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
          'certificate-authority-data': authority,
          'proxy-url': cluster['proxy-url'],
        },
      }),
      interactive,
    },
  });
}

function run(options: ExecPluginOptions & { command: string }, interactive: boolean): Promise<string> {
  const { exec, command, env, patience = 60_000 } = options;
  const given = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const failed = (why: string) =>
    new Error(`kubeconfig: the exec plug-in ${command} of user ${options.user} ${why}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, exec.args ?? [], {
      env: { ...env, ...given, KUBERNETES_EXEC_INFO: execInfo(options, interactive) },
      // What it asks a person goes to standard error.
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
      ...(!interactive && { timeout: patience, killSignal: 'SIGKILL' }),
    });
    let out = '';
    let words = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      words += chunk;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const hint = exec.installHint ? `\n${exec.installHint.trim()}` : '';
      const isAbsent = error.code === 'ENOENT';
      reject(failed(`${isAbsent ? 'is not installed' : `cannot be run: ${error.message}`}.${hint}`));
    });
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(out);
      const how =
        signal === 'SIGKILL'
          ? `did not answer within ${patience / 1_000} s`
          : `failed with exit code ${code}`;
      reject(failed(words.trim() === '' ? `${how}.` : `${how}: ${words.trim()}`));
    });
  });
}

function answerOf(printed: string, { exec, user }: ExecPluginOptions): Answer {
  const failed = (why: string) =>
    new Error(`kubeconfig: the exec plug-in ${exec.command} of user ${user} ${why}`);
  let answer: Answer;
  try {
    answer = answerSchema.parse(JSON.parse(printed));
  } catch {
    throw failed('printed no ExecCredential with a status.');
  }
  if (answer.apiVersion !== exec.apiVersion) {
    throw failed(`answered in ${answer.apiVersion}; the kubeconfig asks for ${exec.apiVersion}.`);
  }
  const { token, clientCertificateData, clientKeyData } = answer.status;
  const hasPair = clientCertificateData !== undefined && clientKeyData !== undefined;
  if (!token && !hasPair) throw failed('answered with neither a token nor a certificate and its key.');
  return answer;
}

/** Concurrent needs share one run. */
export function createExecPlugin(options: ExecPluginOptions): ExecPlugin {
  const { exec, user } = options;
  let current: { readonly credential: Credential; readonly until: number } | undefined;
  let running: Promise<Credential> | undefined;

  const fetchOne = async (): Promise<Credential> => {
    const { command } = exec;
    if (!command) throw new Error(`kubeconfig: users[${user}].exec.command is not set.`);
    if (!versions.includes(exec.apiVersion ?? '')) {
      throw new Error(`kubeconfig: users[${user}].exec.apiVersion must be ${versions.join(' or ')}.`);
    }
    const interactive = isInteractive({ exec, user, hasTerminal: options.hasTerminal ?? isatty(0) });
    const { status } = answerOf(await run({ ...options, command }, interactive), options);
    const end = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) : Number.NaN;
    const credential = {
      token: status.token,
      certificate: status.clientCertificateData,
      key: status.clientKeyData,
    };
    current = { credential, until: Number.isNaN(end) ? Number.POSITIVE_INFINITY : end };
    return credential;
  };

  return {
    async credential() {
      if (current !== undefined && current.until > Date.now()) return current.credential;
      running ??= fetchOne().finally(() => {
        running = undefined;
      });
      return running;
    },
    forget() {
      current = undefined;
    },
  };
}

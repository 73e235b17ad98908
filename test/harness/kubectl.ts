import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { provision } from '../tools/provision.ts';
import { startProcess } from './childProcess.ts';
import { reapWithUs } from './reaper.ts';

export interface KubectlOptions {
  readonly kubeconfig: string;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (kubeconfig: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: dirname(kubeconfig),
  KUBECONFIG: kubeconfig,
  KUBECACHEDIR: join(dirname(kubeconfig), 'kubectl-cache'),
});

/** Runs kubectl to its end. A refusal by the API server is a code and words on stderr, not an exception. */
export const kubectl = async (args: readonly string[], options: KubectlOptions): Promise<KubectlResult> => {
  const binary = await provision('kubectl', (line) => process.stderr.write(`${line}\n`));
  const { kubeconfig, stdin = '', timeoutMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { env: environment(kubeconfig), timeout: timeoutMs });
    const forget = child.pid === undefined ? () => {} : reapWithUs(child.pid);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      forget();
      resolve({ code: code ?? 128, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
};

/** A kubectl that goes on, such as `get --watch`: what it prints comes as it comes, until it is stopped. */
export const startKubectl = async (args: readonly string[], kubeconfig: string) => {
  const binary = await provision('kubectl', (line) => process.stderr.write(`${line}\n`));
  return startProcess(binary, args, { env: environment(kubeconfig) });
};

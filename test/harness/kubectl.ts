import { dirname, join } from 'node:path';
import { type RunningProcess, startProcess } from './childProcess.ts';
import { type ProgramResult, runTool, toolPath } from './program.ts';

export interface KubectlOptions {
  readonly kubeconfig: string;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

/** What it remembers of an API server stays with that server's files, not with the person's. */
const environment = (kubeconfig: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: dirname(kubeconfig),
  KUBECONFIG: kubeconfig,
  KUBECACHEDIR: join(dirname(kubeconfig), 'kubectl-cache'),
});

/** Runs kubectl to its end. A refusal by the API server is a code and words on stderr, not an exception. */
export const kubectl = (
  args: readonly string[],
  { kubeconfig, ...options }: KubectlOptions,
): Promise<ProgramResult> => runTool('kubectl', args, { env: environment(kubeconfig), ...options });

/** A kubectl that goes on, such as `get --watch`: what it prints comes as it comes, until it is stopped. */
export const startKubectl = async (args: readonly string[], kubeconfig: string): Promise<RunningProcess> =>
  startProcess(await toolPath('kubectl'), args, { env: environment(kubeconfig) });

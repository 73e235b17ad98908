import { type Binary, runBinary } from '../../test/harness/binary.ts';

/** The built executable as it is deployed, on that cluster and that AWS, with its log in JSON. */
export function startOperator(
  kubeconfig: string,
  environment: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<Binary> {
  const ports = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0'];
  return runBinary(['run', '--leader-elect=false', ...ports, ...args], {
    KUBECONFIG: kubeconfig,
    ...environment,
  });
}

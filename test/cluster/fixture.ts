import { roleSession } from '../../sandbox/aws/callers.ts';
import { allowEverything, type Statement } from '../../sandbox/aws/identity.ts';
import { addIdentityCenter, addOrganization, issueKeys, putRole } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { type Binary, runBinary } from '../harness/binary.ts';
import type { Cluster } from '../harness/cluster.ts';
import { eventually, type Patience } from '../harness/eventually.ts';

export const management = '111111111111';
export const members = ['222222222222', '333333333333', '444444444444'] as const;
export const [first, second, third] = members;

/** An organization on a simulated AWS, seen by the operator's role in the management account and by an outsider. */
export async function openAws(statements: readonly Statement[] = allowEverything) {
  const aws = createSimulatedAws();
  addOrganization(aws.world, { id: 'o-exampleorgid', managementAccountId: management, members });
  addIdentityCenter(aws.world, { ownerAccountId: management, region: 'eu-west-1', permissionSets: 3 });
  const session = (name: string, allowed: readonly Statement[]) =>
    roleSession(aws.world, management, putRole(aws.world, management, { name, statements: allowed }), {
      sessionName: `${name}-session`,
    });
  const keys = issueKeys(aws.world, session('trusted-access-operator', statements));
  const outsider = aws.actAs(session('break-glass', allowEverything), 'us-east-1');
  const url = await aws.start();
  return {
    aws,
    outsider: (operation: string, input: object = {}) =>
      outsider('organizations', operation, { ServicePrincipal: 'sso.amazonaws.com', ...input }),
    administrators(): string[] {
      const { DelegatedAdministrators: found } = outsider('organizations', 'ListDelegatedAdministrators', {
        ServicePrincipal: 'sso.amazonaws.com',
      });
      return (found as { Id: string }[]).map(({ Id }) => Id);
    },
    isEnabled(): boolean {
      const { EnabledServicePrincipals: found } = outsider(
        'organizations',
        'ListAWSServiceAccessForOrganization',
      );
      return (found as { ServicePrincipal: string }[]).some(
        ({ ServicePrincipal }) => ServicePrincipal === 'sso.amazonaws.com',
      );
    },
    /** Names of the calls of the operator that AWS was asked to change something by, refused ones included. */
    writes: () =>
      aws.journal
        .writes()
        .filter(isOperators)
        .map(({ operation }) => operation),
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
    [Symbol.asyncDispose]: () => aws.stop(),
  };
}

const isOperators = ({ caller }: { caller?: { arn: string } }) =>
  caller?.arn.includes('trusted-access-operator') === true;

export type Aws = Awaited<ReturnType<typeof openAws>>;

/** The built executable on that cluster and that AWS, with its ports off and its log in JSON. */
export function startOperator(
  cluster: Pick<Cluster, 'kubeconfig'>,
  { environment }: { environment: NodeJS.ProcessEnv },
  args: readonly string[] = [],
): Promise<Binary> {
  const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0', '--log-level=debug'];
  return runBinary(['run', ...off, ...args], { KUBECONFIG: cluster.kubeconfig, ...environment });
}

export interface Wanted {
  readonly name?: string;
  readonly spec?: string;
  /** Value of its label `shard`, for one of several operators on a cluster. */
  readonly shard?: string;
}

/** A manifest; `spec` is flow YAML beside the defaults. */
export function manifest({ name = 'sso', spec = '', shard }: Wanted = {}): string {
  const labels = shard === undefined ? '' : `, labels: { shard: ${shard} }`;
  return `apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata: { name: ${name}${labels} }
spec: { ${spec} }
`;
}

export interface Shown {
  readonly metadata: { readonly generation: number; readonly finalizers?: readonly string[] };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly replacement?: { readonly from: string; readonly to: string; readonly refusal?: object };
    readonly lastDrift?: Readonly<Record<string, unknown>>;
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

export async function show(cluster: Cluster, name = 'sso'): Promise<Shown> {
  const { stdout, stderr, code } = await cluster.kubectl(['get', 'ta', name, '-o', 'json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Shown;
}

/** Waits until the Ready condition says so for the latest spec; returns the resource. */
export function standsAt(
  cluster: Cluster,
  reason: string,
  { name = 'sso', ...patience }: Patience & { name?: string } = {},
): Promise<Shown> {
  return eventually(
    async () => {
      const shown = await show(cluster, name);
      const ready = shown.status?.conditions.find(({ type }) => type === 'Ready');
      if (shown.status?.observedGeneration !== shown.metadata.generation || ready?.reason !== reason) {
        throw new Error(`${name} is ${JSON.stringify(ready)}`);
      }
      return shown;
    },
    { everyMs: 100, what: `${name} to be ${reason}`, ...patience },
  );
}

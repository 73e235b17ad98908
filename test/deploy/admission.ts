/** An API server that enforces the chart's admission policies, and what its users ask of it. */
import { crdYaml } from '../../src/cli/crd.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { kubectl } from '../harness/kubectl.ts';
import type { ProgramResult } from '../harness/program.ts';
import { type Manifest, render, toYaml } from './chart.ts';

/** The user that stands for the operator's ServiceAccount. */
const operatorUser = 'operator';
/** Whom no policy of a test concerns: its status is written to see which policy is in force. */
const probe = 'probe';

const isAdmission = ({ kind }: Manifest) => kind.includes('AdmissionPolicy');
const isForPeople = ({ kind, metadata }: Manifest) =>
  kind === 'ClusterRole' && /-(view|edit|admin)$/.test(metadata.name);

/** `users`: by name, which of the chart's ClusterRoles each of them has in the whole cluster. */
export async function startAdmission(users: Readonly<Record<string, 'view' | 'edit' | 'admin'>> = {}) {
  const cluster = await startEtcdAndApiserver({
    users: [
      { name: operatorUser, groups: ['system:masters'] },
      ...Object.keys(users).map((name) => ({ name })),
    ],
  });
  await cluster.apply(crdYaml());
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd/trustedaccesses.trustedaccess.dev']);
  const roles = (await render()).filter(isForPeople);
  const bindings = Object.entries(users).map(([user, role]) => binding(user, role, roles));
  await cluster.apply([toYaml(roles), ...bindings].filter(Boolean).join('\n---\n'));
  let enforced: readonly Manifest[] = [];
  let count = 0;

  /** @param values of the chart; the policies before these are gone when it resolves. */
  async function enforce(values: object): Promise<void> {
    for (const { kind, metadata } of enforced) await cluster.kubectl(['delete', kind, metadata.name]);
    await eventually(() => cluster.apply(resource(probe, {})));
    if (enforced.length > 0) await untilStatusWrite(cluster, (answer) => !answer.includes('AdmissionPolicy'));
    count += 1;
    const made = await render({ values: { fullnameOverride: `policy-${count}`, ...withOperator(values) } });
    enforced = made.filter(isAdmission);
    await cluster.apply(toYaml(enforced));
    await untilStatusWrite(cluster, (answer) => answer.includes(`policy-${count}'`));
  }

  /** Puts every policy in force for the resources whose label `scope` has its name. */
  async function enforceScoped(policies: readonly (readonly [scope: string, policy: object])[]) {
    for (const [scope, policy] of policies) {
      const made = await render({ values: { fullnameOverride: scope, ...withOperator({ policy }) } });
      const scoped = made.filter(isAdmission).map((each) => withinScope(each, scope));
      await cluster.apply([toYaml(scoped), resource(scope, {}, { labels: { scope } })].join('\n---\n'));
    }
    for (const [scope] of policies)
      await untilStatusWrite(cluster, (answer) => answer.includes(`${scope}'`), scope);
  }

  return {
    cluster,
    enforce,
    enforceScoped,
    /** kubectl of a user; without one, of the cluster's administrator. */
    as: async (user: string | undefined, args: readonly string[], stdin = ''): Promise<ProgramResult> =>
      user === undefined
        ? cluster.kubectl(args, stdin)
        : kubectl(args, { kubeconfig: await cluster.userKubeconfig(user), stdin }),
    [Symbol.asyncDispose]: cluster.stop,
  };
}

export type Admission = Awaited<ReturnType<typeof startAdmission>>;
export { operatorUser };

/** The binding of a policy, limited to the resources of a scope. */
const withinScope = (made: Manifest, scope: string): Manifest =>
  made.kind.endsWith('Binding')
    ? {
        ...made,
        spec: {
          ...Object(made['spec']),
          matchResources: { objectSelector: { matchLabels: { scope } } },
        },
      }
    : made;

const withOperator = (values: object) => ({
  ...values,
  admissionPolicy: { statusWriters: [operatorUser], ...Object(Object(values).admissionPolicy) },
});

/** Waits until the API server answers a status write of the administrator like this. */
const untilStatusWrite = (cluster: OwnCluster, isWanted: (answer: string) => boolean, name = probe) =>
  eventually(async () => {
    const patch = '{"status":{"observedGeneration":1}}';
    const args = ['patch', 'ta', name, '--subresource=status', '--type=merge', '-p', patch];
    const { stderr } = await cluster.kubectl([...args, '--dry-run=server']);
    if (!isWanted(stderr)) throw new Error(`not in force: ${stderr}`);
  });

const binding = (user: string, role: string, roles: readonly Manifest[]): string =>
  JSON.stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: user },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: roles.find(({ metadata }) => metadata.name.endsWith(`-${role}`))?.metadata.name,
    },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });

/** A manifest. */
export const resource = (name: string, spec: object, metadata: object = {}): string =>
  JSON.stringify({
    apiVersion: 'trustedaccess.dev/v1alpha1',
    kind: 'TrustedAccess',
    metadata: { name, ...metadata },
    spec,
  });

import { setInterval } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metadataOf } from '../../src/controller/ports.ts';
import { statusSchema } from '../../src/crds/status.ts';
import { connectKubernetes, type Kubernetes } from '../../src/kubernetes/connection.ts';
import { clockOf } from '../../src/time/clock.ts';
import { api, collection } from '../cluster/api.ts';
import { first, manifest, openAws, show, standsAt } from '../cluster/fixture.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/freePorts.ts';
import { kubectl } from '../harness/kubectl.ts';
import { runProgram } from '../harness/program.ts';
import { at, chart, helm, type Manifest, namespace, only, render, textsAt } from './chart.ts';
import { type Installed, install, startPod } from './install.ts';

const role = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const { signal } = new AbortController();
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let cluster: OwnCluster;
let installed: Installed;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
  installed = await install(cluster, undefined, { aws: { roleArn: role } });
});
afterAll(() => cluster?.stop());

function connect(kubeconfig: string): Kubernetes {
  return connectKubernetes({
    kubeconfig,
    leaderElectionNamespace: namespace,
    userAgent: 'trusted-access-operator/test',
    clock: clockOf({ now: Date.now, after: () => () => {} }),
    uptime: () => performance.now(),
    random: Math.random,
    log: quiet,
    env: {},
  });
}

async function missing(kubeconfig = installed.kubeconfig): Promise<string[]> {
  const kubernetes = connect(kubeconfig);
  try {
    return (await kubernetes.whatIsMissing(signal)).map(({ what }) => what);
  } finally {
    await kubernetes.close();
  }
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const rulesOf = (role: Manifest): readonly Rule[] => Object(role)['rules'];

/** Each single permission of the chart's roles, with the role as it would be without it. */
function permissions(): { title: string; without: Manifest }[] {
  const bindings = installed.manifests.filter(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind));
  const bound = bindings.map((binding) => String(at(binding, 'roleRef.name')));
  const roles = installed.manifests.filter(
    ({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && bound.includes(metadata.name),
  );
  return roles.flatMap((each) =>
    rulesOf(each).flatMap((rule, index) =>
      rule.verbs.map((verb) => {
        const verbs = rule.verbs.filter((other) => other !== verb);
        const rules = rulesOf(each).flatMap((other, at) => {
          if (at !== index) return [other];
          return verbs.length === 0 ? [] : [{ ...rule, verbs }];
        });
        const where = each.metadata.namespace === undefined ? '' : ` in namespace ${each.metadata.namespace}`;
        return {
          title: `permission to ${verb} ${rule.resources[0]}.${rule.apiGroups[0]}${where}`,
          without: { ...each, rules },
        };
      }),
    ),
  );
}

describe('the permissions of the chart', () => {
  it('are all that the operator asks for', async () => {
    await eventually(async () => expect(await missing()).toEqual([]));
  });

  it('are nothing it does not ask for: without any one of them it says what it lacks', async () => {
    const all = permissions();
    expect(all).toHaveLength(12);
    for (const { title, without } of all) {
      const whole = only(installed.manifests, without.kind, without.metadata.name);
      await cluster.apply(JSON.stringify(without));
      await eventually(async () => expect(await missing(), title).toEqual([title]), { everyMs: 20 });
      await cluster.apply(JSON.stringify(whole));
      await eventually(async () => expect(await missing()).toEqual([]), { everyMs: 20 });
    }
  });

  it('reach over the cluster for the resource alone, and nowhere for secrets, pods or deletions', async () => {
    const bound = installed.manifests.filter(({ kind }) => kind === 'ClusterRoleBinding');
    const own = bound.map((binding) =>
      only(installed.manifests, 'ClusterRole', String(at(binding, 'roleRef.name'))),
    );
    const wide = own.flatMap(rulesOf);
    expect(new Set(wide.flatMap(({ apiGroups }) => apiGroups))).toEqual(new Set(['trustedaccess.dev']));
    const can = async (...words: string[]) => {
      const { stdout } = await kubectl(['auth', 'can-i', ...words], { kubeconfig: installed.kubeconfig });
      return stdout.trim();
    };
    expect(await can('patch', 'trustedaccesses', '--subresource=status')).toBe('yes');
    expect(await can('delete', 'trustedaccesses')).toBe('no');
    expect(await can('create', 'trustedaccesses')).toBe('no');
    expect(await can('get', 'secrets', '-n', namespace)).toBe('no');
    expect(await can('list', 'pods', '-n', namespace)).toBe('no');
    expect(await can('update', 'leases', '-n', 'kube-system')).toBe('no');
    for (const where of [namespace, 'default']) {
      expect(await can('update', 'leases', '-n', where)).toBe('no');
      expect(await can('get', 'leases/kube-scheduler', '-n', where)).toBe('no');
      expect(await can('delete', 'leases', '-n', where)).toBe('no');
    }
    expect(await can('update', 'leases/trusted-access-operator', '-n', namespace)).toBe('yes');
    expect(await can('create', 'events.events.k8s.io', '-n', namespace)).toBe('no');
  });
});

/** Another writer of the same resource: twenty writes a second. */
function busyWriter(name: string) {
  const stopping = new AbortController();
  let writes = 0;
  const writing = (async () => {
    for await (const _ of setInterval(50)) {
      if (stopping.signal.aborted) return;
      const body = { metadata: { annotations: { 'example.com/beat': String(writes) } } };
      await api(cluster, 'PATCH', `${collection}/${name}`, body, 'application/merge-patch+json');
      writes += 1;
    }
  })();
  return {
    writes: () => writes,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await writing;
    },
  };
}

describe('the operator with the ServiceAccount of the chart and nothing more', () => {
  it('stores a status ten times out of ten while another writer keeps changing the resource', async () => {
    await cluster.apply(manifest({ name: 'busy', spec: 'servicePrincipal: config.amazonaws.com' }));
    const kubernetes = connect(installed.kubeconfig);
    const stopping = new AbortController();
    const running = kubernetes.store.run(stopping.signal);
    await kubernetes.store.synced;
    const stored = kubernetes.store.get('busy');
    if (stored === undefined) throw new Error('busy is not listed');
    // From here on the store knows an old version only: each write meets a conflict first.
    stopping.abort();
    await running;
    await using writer = busyWriter('busy');
    for (let n = 1; n <= 10; n += 1) {
      const before = writer.writes();
      await eventually(() => expect(writer.writes()).toBeGreaterThan(before), { everyMs: 5 });
      const status = statusSchema.parse({ observedGeneration: n, conditions: [] });
      await kubernetes.store.writeStatus(metadataOf(stored), status, signal);
      const shown = await show(cluster, 'busy');
      expect(shown.status?.observedGeneration).toBe(n);
    }
    await kubernetes.close();
    await cluster.kubectl(['delete', 'ta', 'busy']);
  });

  it('keeps a resource, reports it in events, and passes helm test', async () => {
    await using aws = await openAws();
    const [metrics, health] = [await freePort(), await freePort()];
    await using pod = await startPod(installed, 'operator-0', aws.environment, [
      `--metrics-bind-address=127.0.0.1:${metrics}`,
      `--health-probe-bind-address=127.0.0.1:${health}`,
    ]);
    await cluster.apply(
      manifest({
        spec: `delegatedAdministrators: ["${first}"], deletionPolicy: Revoke, disable: { confirmation: disable, whileInUse: Allow }`,
      }),
    );
    const shown = await standsAt(cluster, 'InSync');
    expect(shown.metadata.finalizers).toHaveLength(1);
    expect(aws.administrators()).toEqual([first]);
    const { path } = Object(
      at(installed.deployment, 'spec.template.spec.containers.0.readinessProbe.httpGet'),
    );
    expect((await fetch(`http://127.0.0.1:${health}${path}`)).status).toBe(200);

    const lease = await cluster.kubectl(['get', 'lease', '-n', namespace, '-o', 'name']);
    expect(lease.stdout.trim()).toBe('lease.coordination.k8s.io/trusted-access-operator');
    const test = only(await render({ values: { aws: { roleArn: role } } }), 'Pod');
    const command = textsAt(test, 'spec.containers.0.command').slice(1);
    const helmTest = (port: number) =>
      runProgram(process.execPath, command, { env: { METRICS_URL: `http://127.0.0.1:${port}/metrics` } });
    expect(await helmTest(metrics)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^trusted_access_build_info\{version="/),
    });
    expect((await helmTest(health)).code).toBe(1);

    await cluster.kubectl(['delete', 'ta', 'sso', '--timeout=20s']);
    expect(aws.isEnabled()).toBe(false);
    await pod.stop();
    const events = await cluster.kubectl(['get', 'events.events.k8s.io', '-n', 'default', '-o', 'json']);
    expect(events.stdout).toContain('operator-0');
    const complaints = pod.lines().filter(({ msg }) => /missing|forbidden/i.test(String(msg)));
    expect(complaints).toEqual([]);
  });
});

describe('the life of a release', () => {
  it('is upgraded, and a CRD that fell behind with it', async () => {
    const crd = 'trustedaccesses.trustedaccess.dev';
    const shortNames = async () =>
      (await cluster.kubectl(['get', 'crd', crd, '-o', 'jsonpath={.spec.names.shortNames}'])).stdout;
    await cluster.kubectl([
      'patch',
      'crd',
      crd,
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/names/shortNames"}]',
    ]);
    expect(await shortNames()).toBe('');
    const { deployment } = await install(cluster, undefined, { aws: { roleArn: role }, replicas: 3 });
    expect(deployment['spec']).toMatchObject({ replicas: 3 });
    expect(await shortNames()).toBe('["ta"]');
  });

  it('a second one in the cluster works on its shard, with a lease of its own', async () => {
    await using aws = await openAws();
    const shard = await install(cluster, 'shard', {
      crds: { install: false },
      operator: { watchLabelSelector: 'team=security' },
    });
    await using pod = await startPod(shard, 'shard-0', aws.environment);
    await pod.waitForLine(({ msg }) => msg === 'reconciling');
    const leases = await cluster.kubectl(['get', 'lease', '-n', namespace, '-o', 'name']);
    expect(leases.stdout).toMatch(/trusted-access-operator-[0-9a-f]{8,}/);
    await cluster.apply(
      manifest({ name: 'mine' }).replace('name: mine', 'name: mine, labels: {team: security}'),
    );
    await standsAt(cluster, 'InSync', { name: 'mine' });
    const removed = await helm(['uninstall', 'shard', '-n', namespace], cluster.kubeconfig);
    expect(removed.code).toBe(0);
  });

  it('a second one over the same resources in another namespace says so, is not ready and changes nothing', async () => {
    await using aws = await openAws();
    const health = await freePort();
    const other = 'other-system';
    const rival = await install(cluster, 'rival', { crds: { install: false } }, other);
    await using first = await startPod(installed, 'first-0', aws.environment);
    await first.waitForLine(({ msg }) => msg === 'reconciling');
    await using second = await startPod(
      rival,
      'rival-0',
      aws.environment,
      ['--metrics-bind-address=0', `--health-probe-bind-address=127.0.0.1:${health}`],
      other,
    );
    const said = await second.waitForLine(({ level }) => level === 'warn');
    expect(said).toMatchObject({
      holder: `${namespace}/trusted-access-operator`,
      msg: expect.stringContaining(
        `another installation, ${namespace}/trusted-access-operator, manages the same resources`,
      ),
    });
    const ready = await fetch(`http://127.0.0.1:${health}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([
      500,
      expect.stringContaining('another installation'),
    ]);
    await cluster.apply(manifest({ name: 'contested', spec: 'servicePrincipal: ram.amazonaws.com' }));
    await standsAt(cluster, 'InSync', { name: 'contested' });
    // A stop of the first one, as in an upgrade, hands nothing over.
    await first.stop();
    await using next = await startPod(installed, 'first-1', aws.environment);
    await next.waitForLine(({ msg }) => msg === 'reconciling');
    expect(second.lines().filter(({ msg }) => msg === 'reconciling')).toEqual([]);
    await cluster.kubectl(['delete', 'ta', 'contested']);
    expect((await helm(['uninstall', 'rival', '-n', other], cluster.kubeconfig)).code).toBe(0);
  });

  it('leaves CRD, resources and AWS as they are when it is uninstalled, and may come back [F-A2c]', async () => {
    const removed = await helm(
      ['uninstall', installed.release, '--namespace', namespace],
      cluster.kubeconfig,
    );
    expect(removed.stdout).toContain('These resources were kept due to the resource policy');
    expect((await cluster.kubectl(['get', 'ta', 'mine', '-o', 'name'])).stdout).toContain('mine');
    for (const kind of ['deployment', 'clusterrole', 'serviceaccount', 'role']) {
      const left = await cluster.kubectl([
        'get',
        kind,
        '-A',
        '-l',
        'app.kubernetes.io/name=trusted-access-operator',
        '-o',
        'name',
      ]);
      expect(left.stdout, kind).toBe('');
    }
    const { manifests } = await install(cluster, undefined, { aws: { roleArn: role } });
    expect(only(manifests, 'CustomResourceDefinition')).toBeDefined();
  });

  it('comes back under another name with --take-ownership, as Helm says why it must', async () => {
    await helm(['uninstall', installed.release, '--namespace', namespace], cluster.kubeconfig);
    const args = ['install', 'another', chart, '--namespace', namespace];
    const refused = await helm(args, cluster.kubeconfig);
    expect(refused.stderr).toContain('trustedaccesses.trustedaccess.dev');
    expect(refused.stderr).toContain('invalid ownership metadata');
    const taken = await helm([...args, '--take-ownership'], cluster.kubeconfig);
    expect(`${taken.code} ${taken.stderr}`).toBe('0 ');
  });
});

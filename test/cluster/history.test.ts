import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleSession } from '../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { issueKeys, putRole } from '../../sandbox/aws/seed.ts';
import { crdYaml } from '../../src/cli/crd.ts';
import { type HistoryReport, historySchema } from '../../src/cli/history/report.ts';
import { type Binary, runToEnd } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import {
  type Aws,
  first,
  management,
  manifest,
  openAws,
  second,
  show,
  standsAt,
  startOperator,
} from './fixture.ts';

const breakGlass = 'role break-glass (session break-glass-session)';

/** Grants of somebody who may see the resources, and of somebody who may also see what is told about them. */
const viewer = (events: boolean) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: viewer }
rules:
  - { apiGroups: [trustedaccess.dev], resources: [trustedaccesses], verbs: [list] }
  ${events ? '- { apiGroups: [events.k8s.io], resources: [events], verbs: [list] }' : ''}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: viewer }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: viewer }
subjects: [{ kind: ServiceAccount, name: viewer, namespace: default }]
`;

/** How far it is may be told too, on a slow machine. */
const remarks = (stderr: string) => stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' …'));

/** CloudTrail and managedFields know whole seconds: what is to be told in order is done in different ones. */
const nextSecond = () => {
  const second = Math.floor(Date.now() / 1_000);
  return eventually(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(second));
};

/** An incident and a change, in order: each test asks about what is there then. */
describe('trusted-access history on a real kube-apiserver', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let events: EventHalf;
  let operator: Binary | undefined;

  const history = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runToEnd(['history', ...args], { ...aws.environment, KUBECONFIG: cluster.kubeconfig, ...env });
  const report = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<HistoryReport> => {
    const { stdout, code } = await history([...args, '--json'], env);
    expect(code).toBe(0);
    return historySchema.parse(JSON.parse(stdout));
  };
  /** Keys of somebody in the management account who may do just this. */
  const keysFor = (name: string, actions: readonly string[]) => {
    const { world } = aws.aws;
    const role = putRole(world, management, { name, statements: [{ actions }] });
    const keys = issueKeys(world, roleSession(world, management, role, { sessionName: `${name}-session` }));
    return { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey };
  };

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    aws = await openAws();
    events = addEventHalf(aws.aws);
    operator = await startOperator(cluster, aws);
    await cluster.apply(manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
    await standsAt(cluster, 'InSync');
    await nextSecond();
    aws.outsider('DeregisterDelegatedAdministrator', { AccountId: first });
    aws.outsider('DisableAWSServiceAccess');
    await cluster.kubectl(['annotate', 'ta/sso', 'reconcile.fluxcd.io/requestedAt=now']);
    await eventually(async () => {
      const { status } = await show(cluster);
      expect(status?.lastDrift).toMatchObject({ correctedAt: expect.any(String), by: breakGlass });
    });
    await nextSecond();
    await cluster.apply(manifest({ spec: `delegatedAdministrators: ["${second}"]` }));
    await standsAt(cluster, 'InSync');
    await eventually(async () => {
      const { stdout } = await cluster.kubectl([
        'get',
        'events.events.k8s.io',
        '-n',
        'default',
        '-o',
        'name',
      ]);
      expect(stdout.trim().split('\n').length).toBeGreaterThan(5);
    });
  });
  afterAll(async () => {
    await operator?.stop();
    events?.close();
    await aws?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  /** Whether these come in this order, whatever is between. */
  const inOrder = (
    found: HistoryReport['events'],
    wanted: readonly Partial<HistoryReport['events'][number]>[],
  ) => {
    let from = 0;
    for (const each of wanted) {
      const at = found.findIndex((event, index) => {
        if (index < from) return false;
        try {
          expect(event).toMatchObject(each);
          return true;
        } catch {
          return false;
        }
      });
      const seen = found.map(({ time, text, by }) => `${time} ${text} (${by?.name})`);
      expect(at, [`${JSON.stringify(each)} after line ${from} of`, ...seen].join('\n')).not.toBe(-1);
      from = at + 1;
    }
  };

  it('shows what another user did, what the operator did about it, and what was declared, in that order', async () => {
    const { events: found, leftOut } = await report(['sso']);
    expect(leftOut).toEqual([]);
    const own = expect.objectContaining({ operator: true });
    const outsider = { name: breakGlass, operator: false };
    const before = [
      { kind: 'Change', operation: 'EnableAWSServiceAccess', by: own },
      { kind: 'Change', operation: 'RegisterDelegatedAdministrator', account: first, by: own },
    ] as const;
    const after = [
      { kind: 'Change', operation: 'EnableAWSServiceAccess', by: own },
      { kind: 'Change', operation: 'RegisterDelegatedAdministrator', account: first, by: own },
      { kind: 'Corrected', by: own },
      {
        kind: 'Spec',
        text: expect.stringContaining('delegatedAdministrators'),
        by: expect.objectContaining({ name: 'kubectl-client-side-apply' }),
      },
      { kind: 'Change', operation: 'DeregisterDelegatedAdministrator', account: first, by: own },
      { kind: 'Change', operation: 'RegisterDelegatedAdministrator', account: second, by: own },
      { kind: 'Standing', word: 'InSync', text: expect.stringContaining(second) },
    ] as const;
    // Both in one second, and CloudTrail knows seconds alone.
    const theirs = [
      { kind: 'Change', operation: 'DeregisterDelegatedAdministrator', account: first },
      { kind: 'Drift', operation: 'DisableAWSServiceAccess' },
    ] as const;
    for (const each of theirs) {
      inOrder(found, [...before, { ...each, by: expect.objectContaining(outsider) }, ...after]);
    }
    expect(found.find(({ kind }) => kind === 'Drift')?.sources).toEqual(['CloudTrail', 'Event', 'Status']);
    const registered = found.find(
      ({ operation, account }) => operation?.startsWith('Reg') && account === second,
    );
    expect(found.find(({ kind }) => kind === 'Corrected')?.sources).toEqual(['Event', 'Status']);
    expect(registered?.sources).toEqual(['CloudTrail', 'Event']);
    expect(found.filter(({ kind }) => kind === 'Drift')).toHaveLength(1);
    expect(found.filter(({ kind }) => kind === 'Corrected')).toHaveLength(1);
  });

  it('is a table, the oldest first, of one line each', async () => {
    const { stdout, code } = await history(['sso']);
    const [head = '', ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^TIME {2,}SOURCE {2,}WHAT {2,}WHO$/);
    const times = rows.map((row) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?= {3})/.exec(row)?.[0] ?? row);
    expect(times).toEqual(times.toSorted());
    expect(rows.find((row) => row.includes('Drift: '))).toContain(breakGlass);
    expect(code).toBe(0);
  });

  it('writes nothing, and needs no more than to list', async () => {
    await cluster.apply(viewer(true));
    const KUBECONFIG = await cluster.serviceAccountKubeconfig('default', 'viewer');
    const keys = keysFor('reader', ['cloudtrail:LookupEvents']);
    const before = aws.aws.journal.writes().length;
    const { events: found, leftOut } = await report([], { KUBECONFIG, ...keys });
    expect(leftOut).toEqual([]);
    expect(found).toEqual((await report([])).events);
    expect(aws.aws.journal.writes()).toHaveLength(before);
  });

  it('says which permission it lacks, and shows the rest', async () => {
    await cluster.apply(viewer(false));
    const KUBECONFIG = await cluster.serviceAccountKubeconfig('default', 'viewer');
    const { stdout, stderr, code } = await history(['sso'], { KUBECONFIG, ...keysFor('nobody', ['sts:*']) });
    expect(stderr).toMatch(
      /^omitted: Kubernetes events: permission list events\.events\.k8s\.io in namespace default is missing/m,
    );
    expect(stderr).toMatch(/^omitted: CloudTrail: permission cloudtrail:LookupEvents is missing/m);
    expect(remarks(stderr)).toHaveLength(2);
    expect(stdout).toMatch(
      new RegExp(`status +Drift: trusted access disabled +${breakGlass.replaceAll(/[()]/g, '\\$&')}`),
    );
    expect(code).toBe(0);
  });

  it('shows a deleted resource by its events, and reports an unknown name', async () => {
    expect((await cluster.kubectl(['delete', 'ta', 'sso', '--timeout=10s'])).code).toBe(0);
    const gone = await history(['sso']);
    expect(gone.stdout).toContain('Drift: trusted access disabled');
    expect(remarks(gone.stderr)).toEqual([
      'there is no TrustedAccess sso any longer; only its events are left',
    ]);
    expect(gone.code).toBe(0);
    const noAdministrator = await history(['nobody']);
    expect(noAdministrator.stderr).toMatch(/there is no TrustedAccess nobody in the cluster/);
    expect(noAdministrator.code).toBe(1);
  });
});

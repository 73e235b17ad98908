import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DeregisterDelegatedAdministratorCommand,
  DisableAWSServiceAccessCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListDelegatedAdministratorsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import type { Binary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { awsEnvironment, resetMoto } from '../harness/moto.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { manifest, show, standsAt, startOperator } from './fixture.ts';

const ServicePrincipal = 'sso.amazonaws.com';

/** One person's day, in order: each test begins where the one before it ended. */
describe('a platform engineer with kubectl, a real kube-apiserver and moto', () => {
  let cluster: OwnCluster;
  let operator: Binary;
  let aws: OrganizationsClient;
  let identity: string;
  let security: string;

  beforeAll(async () => {
    const url = sharedMotoUrl();
    await resetMoto(url);
    aws = new OrganizationsClient({
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await aws.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    [identity, security] = [await createAccount('identity'), await createAccount('security')];
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    operator = await startOperator(cluster, {
      environment: { ...awsEnvironment(url), TRUSTED_ACCESS_TAKE_OVER_GRACE: '1s' },
    });
  });
  afterAll(async () => {
    await operator?.stop();
    await cluster?.stop();
    aws?.destroy();
  });

  async function createAccount(name: string): Promise<string> {
    const command = new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` });
    const { CreateAccountStatus: made } = await aws.send(command);
    return made?.AccountId ?? '';
  }

  async function administrators(): Promise<(string | undefined)[]> {
    const { DelegatedAdministrators: found } = await aws.send(
      new ListDelegatedAdministratorsCommand({ ServicePrincipal }),
    );
    return (found ?? []).map(({ Id }) => Id);
  }

  async function isEnabled(): Promise<boolean> {
    const { EnabledServicePrincipals: found } = await aws.send(
      new ListAWSServiceAccessForOrganizationCommand({}),
    );
    return (found ?? []).some((service) => service.ServicePrincipal === ServicePrincipal);
  }

  const declare = (administrator: string) =>
    cluster.apply(manifest({ spec: `delegatedAdministrators: ["${administrator}"]` }));

  it('applies a manifest, and AWS has it within seconds', async () => {
    await declare(identity);
    const waited = await cluster.kubectl(['wait', '--for=condition=Ready', 'ta/sso', '--timeout=20s']);
    expect(waited.stdout).toContain('condition met');
    expect(await isEnabled()).toBe(true);
    expect(await administrators()).toEqual([identity]);
  });

  it('reads at a glance with kubectl get', async () => {
    const { stdout } = await cluster.kubectl(['get', 'ta', '-o', 'wide']);
    const [heading, row] = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s{2,}/));
    expect(heading?.slice(0, 6)).toEqual([
      'NAME',
      'PRINCIPAL',
      'ACCESS',
      'ADMINISTRATORS',
      'READY',
      'REASON',
    ]);
    expect(row?.slice(0, 6)).toEqual(['sso', ServicePrincipal, 'Enabled', identity, 'True', 'InSync']);
    expect(heading).toEqual(expect.arrayContaining(['ORGANIZATION', 'EVENTS', 'LAST DRIFT', 'BY', 'AGE']));
  });

  it('swaps the administrator when the manifest names another one', async () => {
    await declare(security);
    const { status } = await standsAt(cluster, 'InSync');
    expect(await administrators()).toEqual([security]);
    expect(status).not.toHaveProperty('replacement');
    expect(status).not.toHaveProperty('lastDrift');
  });

  it('corrects an outside change at a requested reconcile, and reports it', async () => {
    await aws.send(new DeregisterDelegatedAdministratorCommand({ ServicePrincipal, AccountId: security }));
    await aws.send(new DisableAWSServiceAccessCommand({ ServicePrincipal }));
    await cluster.kubectl(['annotate', 'ta/sso', 'reconcile.fluxcd.io/requestedAt=now']);
    const { status } = await eventually(async () => {
      const shown = await show(cluster);
      expect(shown.status).toMatchObject({
        lastHandledReconcileAt: 'now',
        lastDrift: { correctedAt: expect.any(String) },
      });
      return shown;
    });
    expect(status?.lastDrift).toMatchObject({ kind: 'AccessDisabled', detectedBy: 'Resync' });
    expect(await isEnabled()).toBe(true);
    expect(await administrators()).toEqual([security]);
  });

  it('reports the drift and its correction as Kubernetes events', async () => {
    const reasons = await eventually(async () => {
      const { stdout } = await cluster.kubectl([
        'get',
        'events.events.k8s.io',
        '-n',
        'default',
        '-o',
        'json',
      ]);
      const { items } = JSON.parse(stdout) as { items: { reason: string; regarding: { kind: string } }[] };
      const found = items
        .filter(({ regarding }) => regarding.kind === 'TrustedAccess')
        .map(({ reason }) => reason);
      expect(found).toEqual(expect.arrayContaining(['DriftDetected', 'DriftCorrected']));
      return found;
    });
    expect(reasons).toContain('DriftCorrected');
  });

  it('writes nothing while nothing changes', async () => {
    const before = await cluster.kubectl(['get', 'ta', 'sso', '-o', 'jsonpath={.metadata.resourceVersion}']);
    await cluster.kubectl(['annotate', 'ta/sso', 'note=hello']);
    const after = await cluster.kubectl(['get', 'ta', 'sso', '-o', 'jsonpath={.metadata.resourceVersion}']);
    await operator.waitForLine(({ msg, resource }) => msg === 'reconciled' && resource === 'sso');
    const now = await cluster.kubectl(['get', 'ta', 'sso', '-o', 'jsonpath={.metadata.resourceVersion}']);
    expect(after.stdout).not.toBe(before.stdout);
    expect(now.stdout).toBe(after.stdout);
  });

  it('lets the older of two resources for one service work, and names it in the other', async () => {
    await cluster.apply(manifest({ name: 'sso-again', spec: 'access: Enabled' }));
    const { status } = await standsAt(cluster, 'Conflict', { name: 'sso-again' });
    const stalled = status?.conditions.find(({ type }) => type === 'Stalled');
    expect(stalled).toMatchObject({ status: 'True', message: expect.stringContaining('TrustedAccess sso ') });
  });

  it('refuses to disable without the confirmation, in words that say what would break', async () => {
    const { code, stderr } = await cluster.kubectl(
      ['apply', '-f', '-'],
      manifest({ spec: 'access: Disabled' }),
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('disable.confirmation: disable');
    expect(stderr).toContain('users can no longer sign in to AWS');
  });

  it('deletes with Retain at once, leaves AWS as it is, and lets the other resource take over [F-A2b]', async () => {
    const before = await administrators();
    const deleted = await cluster.kubectl(['delete', 'ta', 'sso', '--wait=true', '--timeout=5s']);
    expect(deleted.code).toBe(0);
    await standsAt(cluster, 'InSync', { name: 'sso-again' });
    expect(await isEnabled()).toBe(true);
    expect(await administrators()).toEqual(before);
  });

  it('ends with 0 when it is asked to stop', async () => {
    operator.signal('SIGTERM');
    expect(await operator.exited).toMatchObject({ code: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { rootUser } from '../../sandbox/aws/callers.ts';
import { seededRandom } from '../../sandbox/aws/random.ts';
import type { TrustedAccessStatus } from '../../src/crds/trustedAccess.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import type { Json } from './apiServer.ts';
import { createCluster } from './kubernetes.ts';
import { startReplica } from './replica.ts';
import {
  createSimulatedOrganization,
  management,
  provisionInfrastructure,
  region,
  type SimulatedOrganization,
} from './simulatedAws.ts';
import { createTime, type Time } from './time.ts';
import { declare, pathOf, sso } from './users.ts';

const lease = { leaseDuration: 90_000, renewDeadline: 60_000, retryPeriod: 20_000 };

/** An installation with a cluster, a rule and a queue of its own; cluster name and role are those of every other. */
async function install(name: string, spec: Json, time: Time, organization: SimulatedOrganization) {
  const infrastructureSpec = infrastructureSpecOf({
    accountId: management,
    region,
    ruleName: name,
    queueName: name,
  });
  provisionInfrastructure(
    organization.aws.actAs(rootUser(organization.aws.world, management), region),
    infrastructureSpec,
  );
  const cluster = createCluster(time);
  declare(cluster.server, 'sso', { servicePrincipal: sso, interval: '1h', ...spec });
  const replica = await startReplica({
    identity: name,
    simulatedOrganization: { ...organization, infrastructureSpec },
    cluster,
    time,
    random: seededRandom(name.length),
    receives: true,
    lease,
    onWrite: () => undefined,
    onLog: () => undefined,
  });
  const status = () => (cluster.server.get(pathOf('sso'))?.['status'] ?? {}) as TrustedAccessStatus;
  return { replica, status };
}

describe('two installations with the same cluster name and role', () => {
  it('report Contended within two minutes when they declare opposite states, and then name each other [P-50]', async () => {
    const time = createTime();
    const organization = createSimulatedOrganization({ time, seed: 1, permissionSets: undefined });
    const enabling = await install('enabling', {}, time, organization);
    await time.advance(5 * 60_000);
    expect(enabling.status().access?.state).toBe('Enabled');
    const disabled = {
      access: 'Disabled',
      delegatedAdministrators: [],
      disable: { confirmation: 'disable' },
    };
    const disabling = await install('disabling', disabled, time, organization);
    await time.advance(2 * 60_000);
    const stalled = () => disabling.status().conditions.find(({ type }) => type === 'Stalled');
    expect(stalled()).toMatchObject({ status: 'True', reason: 'Contended' });
    // In its first minute an installation takes another instance for the process before it, and names no caller.
    await time.advance(8 * 60_000);
    const other = 'role trusted-access-operator (';
    expect(stalled()?.message).toContain(other);
    expect(enabling.status().lastDrift).toMatchObject({ detectedBy: 'Event' });
    expect(enabling.status().lastDrift?.by).toContain(other);
    for (const { replica } of [enabling, disabling]) replica.discard();
    organization.events.close();
  });
});

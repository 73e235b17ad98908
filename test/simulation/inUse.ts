import { addIdentityCenter } from '../../sandbox/aws/seed.ts';
import { management, type SimulatedOrganization } from './simulatedAws.ts';
import { isEnabled } from './state.ts';
import { declare, sso } from './users.ts';
import { createSimulatedWorld } from './world.ts';

/** What an outsider may have done to Identity Center before a person declares it disabled. */
const situations: Readonly<Record<string, (organization: SimulatedOrganization) => void>> = {
  'permission sets in another region': ({ aws: { world } }) =>
    addIdentityCenter(world, { ownerAccountId: management, region: 'ap-northeast-2', permissionSets: 1 }),
  'applications alone in another region': ({ aws: { world } }) =>
    addIdentityCenter(world, { ownerAccountId: management, region: 'sa-east-1', applications: 1 }),
  'a region that cannot be read': (organization) => organization.closeRegion('eu-north-1'),
};
const idle = (): void => undefined;

const minute = 60_000;

/** One situation. Returns the promises that the operator breaks in it, and whether it disables access. */
async function disabling(arrange: (organization: SimulatedOrganization) => void, region: string | undefined) {
  const { simulatedOrganization, cluster, time, monitor, start, end } = createSimulatedWorld({ seed: 1 });
  simulatedOrganization.aws.world.state.instances.clear();
  arrange(simulatedOrganization);
  simulatedOrganization.outsider('organizations', 'EnableAWSServiceAccess', { ServicePrincipal: sso });
  declare(cluster.server, 'sso', {
    servicePrincipal: sso,
    access: 'Disabled',
    delegatedAdministrators: [],
    disable: { confirmation: 'disable' },
    ...(region !== undefined && { identityCenter: { region } }),
  });
  await start();
  await time.advance(10 * minute);
  const isDisabled = !isEnabled(simulatedOrganization, sso);
  end();
  return { violations: monitor.violations, isDisabled };
}

/** The promises that are broken in any situation, with and without a region in the spec that is another one. */
export async function everySituation(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const region of [undefined, 'eu-west-1']) {
    for (const [title, arrange] of Object.entries(situations)) {
      const { violations } = await disabling(arrange, region);
      found.push(...violations.map((violation) => `${title}, spec region ${region}: ${violation}`));
    }
    const { isDisabled } = await disabling(idle, region);
    if (!isDisabled) found.push(`idle, spec region ${region}: access stays enabled`);
  }
  return found;
}

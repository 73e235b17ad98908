import type { Bench } from '../../bench/parts/cluster.ts';
import { collection } from '../../bench/parts/cluster.ts';
import { AwsError } from '../../sandbox/aws/awsError.ts';
import { tooManyRequests } from '../../sandbox/aws/organizations/errors.ts';
import { seededRandom } from '../../sandbox/aws/random.ts';
import type { Scenario } from '../../sandbox/drills/scenario.ts';
import { accounts } from '../../sandbox/drills/scenario.ts';

export const services = [
  'sso',
  'access-analyzer',
  'guardduty',
  'securityhub',
  'inspector2',
  'macie',
  'detective',
  'config',
  'ram',
  'backup',
] as const;

const users = [accounts.identity, accounts.security, accounts.workloads] as const;

/** One thing that people, outsiders or AWS do. Resolves with its name. */
export type Work = () => Promise<string>;

/** Mixed work, by chance with that seed: declarations, deletions, requests, drift, throttles, cut connections. */
export function mixedWork(bench: Bench, { aws, alice, bob }: Scenario, seed: number): Work {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const outside = (actor: typeof alice, operation: string, input: object) => {
    try {
      actor('organizations', operation, { ...input });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  };
  const declare = async () => {
    const name = pick(services);
    const spec = { servicePrincipal: `${name}.amazonaws.com`, delegatedAdministrators: [pick(users)] };
    const manifest = {
      apiVersion: 'trustedaccess.dev/v1alpha1',
      kind: 'TrustedAccess',
      metadata: { name },
      spec,
    };
    const query = 'fieldManager=soak&force=true';
    await bench.call('PATCH', `${collection}/${name}?${query}`, manifest, 'application/apply-patch+yaml');
  };
  const works: Readonly<Record<string, () => unknown>> = {
    declare,
    'declare another': declare,
    delete: () => bench.call('DELETE', `${collection}/${pick(services.slice(5))}`),
    ask: () =>
      bench.call(
        'PATCH',
        `${collection}/${pick(services)}`,
        { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': String(random()) } } },
        'application/merge-patch+json',
      ),
    disable: () =>
      outside(alice, 'DisableAWSServiceAccess', { ServicePrincipal: `${pick(services)}.amazonaws.com` }),
    deregister: () =>
      outside(bob, 'DeregisterDelegatedAdministrator', {
        ServicePrincipal: `${pick(services)}.amazonaws.com`,
        AccountId: pick(users),
      }),
    throttle() {
      const over = aws.faults.add({
        service: 'organizations',
        from: 1,
        times: 5,
        effect: { kind: 'Error', error: tooManyRequests() },
      });
      setTimeout(over, 2_000);
    },
    'break connections'() {
      const over = aws.faults.add({ from: 1, times: 3, effect: { kind: 'Reset' } });
      setTimeout(over, 2_000);
    },
  };
  return async () => {
    const name = pick(Object.keys(works));
    await works[name]?.();
    return name;
  };
}

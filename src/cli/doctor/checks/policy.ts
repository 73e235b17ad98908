import { prohibition } from '../../../controller/permitted.ts';
import { openPolicyFile } from '../../../policy/policyFile.ts';
import { readManifests } from '../../plan/declarations.ts';
import { describePolicy } from '../../policyInForce.ts';
import type { Check, Context } from '../check.ts';
import { fail, ok, skip, warn, wordsOf } from '../finding.ts';
import type { DoctorOptions } from '../options.ts';

const group = 'Policy';

const policy: Check = {
  name: 'policy',
  title: 'policy in force',
  group,
  needs: [],
  async run({ options, clock }) {
    if (options.policy === undefined) {
      return skip(
        'no policy: every writer of a TrustedAccess may declare any account, role and service',
        'to restrict what resources may declare: --policy FILE, or the value policy of the Helm chart',
      );
    }
    try {
      const file = await openPolicyFile(options.policy, clock);
      const state = file.state();
      return ok(
        `${file.path}, hash ${file.hash()}${state.kind === 'InForce' ? `: ${describePolicy(state.policy)}` : ''}`,
      );
    } catch (error) {
      return fail(
        wordsOf(error),
        'repair the file: a running operator changes nothing in AWS until then, and a new one does not start',
      );
    }
  },
};

const violations: Check = {
  name: 'policy-violations',
  title: 'resources it permits',
  group,
  needs: ['policy'],
  async run(context) {
    const { options, clock } = context;
    const listing = await resourcesOf(context).catch((error: unknown) => wordsOf(error));
    if (typeof listing === 'string')
      return warn(listing, 'run doctor again once there are resources to read');
    if (listing === undefined) return skip('no resources are read: --no-cluster');
    const { state } = await openPolicyFile(options.policy ?? '', clock);
    const refused = listing.declarations.flatMap(({ stored: { resource } }) => {
      const obstacle = prohibition(resource, state);
      return obstacle ? [`${resource.metadata.name}: ${obstacle.message}`] : [];
    });
    const count = listing.declarations.length;
    const total = `${count} resource${count === 1 ? '' : 's'}`;
    return refused.length === 0
      ? ok(`the policy permits ${total}`)
      : fail(`the policy does not permit ${refused.length} of ${total}`, ...refused);
  },
};

async function resourcesOf({ options, clock, signal }: Context) {
  const { manifests, cluster } = options;
  if (manifests !== undefined) return readManifests([manifests], async () => '', clock, signal);
  if (!cluster) return undefined;
  const { readCluster } = await import('../../plan/clusterResources.ts');
  return readCluster(options, clock, signal);
}

export function policyChecks(options: Pick<DoctorOptions, 'policy'>): readonly Check[] {
  return options.policy === undefined ? [policy] : [policy, violations];
}

import type { AwsCloud } from '../../aws/cloud.ts';
import { once, type SettingsFor } from '../../awsApi/clientSettings.ts';
import type { QueueAddress } from '../../awsApi/queueAddress.ts';
import type { IdentityCenter, Organization, Organizations, ReadOptions } from '../../controller/ports.ts';
import { stsCallerIdentity } from '../../events/callerIdentity.ts';
import { observeBusPolicy } from '../../infrastructure/busPolicy.ts';
import { awsForwarding, awsInfrastructure } from '../../infrastructure/clients.ts';
import type { ForwardingSpec } from '../../infrastructure/forwardingSpec.ts';
import type {
  Attributes,
  ObservedQueue,
  ObservedRule,
  ObservedTarget,
} from '../../infrastructure/infrastructure.ts';
import { type InfrastructureSpec, infrastructureSpecOf } from '../../infrastructure/infrastructureSpec.ts';
import type { ObservedTrail } from '../../infrastructure/trailCheck.ts';
import { observeTrails } from '../../infrastructure/trails.ts';
import { settingsAs, targetOf } from '../setup/observe.ts';
import type { DoctorOptions } from './options.ts';
import { type PolicyAnswer, type PolicyQuestion, simulatePolicy } from './policySimulation.ts';
import { queueAttributes } from './queueAttributes.ts';
import { tryListRegions } from './regionList.ts';

export interface Identity {
  readonly account: string;
  readonly arn: string;
}

/** What is so in AWS. Each rejects with a CloudError, a InfrastructureError, or the signal's reason. */
export interface AwsFacts {
  readonly organizations: Organizations;
  /** Of the role, if one is named; otherwise of the process. */
  identity(): Promise<Identity>;
  /** Of the process: with these `run` reads queues and puts heartbeats. */
  ownIdentity(): Promise<Identity>;
  readonly ownSettings: AwsCloud['clientSettings'];
  organization(): Promise<Organization | undefined>;
  /** Accounts that administer the service of --service-principal; none where they cannot be read. */
  administrators(): Promise<readonly string[]>;
  /** Rejects where the account's regions may not be listed. */
  listRegions(partition: string): Promise<void>;
  /** What IAM answers about a principal's policies. Rejects with the signal's reason only. */
  simulatePolicy(question: PolicyQuestion): Promise<PolicyAnswer>;
  /** Undefined: there is no organization. */
  identityCenter(): Promise<IdentityCenter | undefined>;
  /** What forwards events of Identity Center from that Region, and how setup would have it. */
  forwarding(region: string): Promise<Forwarding>;
  /** How setup would have it. */
  infrastructureSpec(): Promise<InfrastructureSpec>;
  trails(): Promise<readonly ObservedTrail[]>;
  rule(): Promise<ObservedRule | undefined>;
  targets(): Promise<readonly ObservedTarget[]>;
  /** Resource policy of the default bus; undefined: it has none. */
  busPolicy(): Promise<string | undefined>;
  /** Attributes of a queue; looked at by the role when it belongs to its account. Undefined: there is none. */
  queue(address: Pick<QueueAddress, 'url' | 'endpoint' | 'accountId'>): Promise<Attributes | undefined>;
  /** The queue that setup makes when it is told no name. */
  setupQueue(): Promise<ObservedQueue | undefined>;
}

async function administratorsOf(organizations: Organizations, principal: string, read: ReadOptions) {
  try {
    return (await organizations.administrators(principal, read)).map(({ accountId }) => accountId);
  } catch (error) {
    if (read.signal.aborted) throw error;
    return [];
  }
}

export interface Forwarding {
  readonly spec: ForwardingSpec;
  readonly rule: ObservedRule | undefined;
  readonly targets: readonly ObservedTarget[];
}

export function awsFacts(options: DoctorOptions, cloud: AwsCloud, signal: AbortSignal): AwsFacts {
  const organizations = cloud.open(targetOf(options));
  const read = { notBefore: 0, signal };
  const settingsFor = settingsAs(cloud, options);
  const ownSettings = cloud.clientSettings;
  const identify = (whose: Organizations, settings: SettingsFor) => async (): Promise<Identity> => {
    const account = await whose.callerAccount(read);
    return { account, arn: (await stsCallerIdentity(settings)(signal)) ?? '' };
  };
  const identity = once(identify(organizations, settingsFor));
  const ownIdentity =
    options.roleArn === undefined ? identity : once(identify(cloud.open(undefined), ownSettings));
  const specFor = async (more: { readonly identityCenterRegion?: string } = {}) => {
    const { region } = await settingsFor(undefined);
    const { account: accountId } = await identity();
    const { ruleName } = options;
    return infrastructureSpecOf({ accountId, region, ...(ruleName !== undefined && { ruleName }), ...more });
  };
  const infrastructureSpec = once(() => specFor());
  const infrastructure = once(async () =>
    awsInfrastructure((await infrastructureSpec()).region, settingsFor),
  );
  const queues = new Map<string, Promise<Attributes | undefined>>();

  return {
    organizations,
    identity,
    ownIdentity,
    ownSettings,
    organization: () => organizations.organization(read),
    administrators: once(() => administratorsOf(organizations, options.servicePrincipal, read)),
    listRegions: (partition) => tryListRegions(settingsFor, partition, signal),
    simulatePolicy: (question) => simulatePolicy(cloud, targetOf(options), question, signal),
    identityCenter: once(async () => {
      const organization = await organizations.organization(read);
      return organization && organizations.identityCenter(organization, undefined, read);
    }),
    async forwarding(identityCenterRegion) {
      const { forwarding: spec } = await specFor({ identityCenterRegion });
      if (spec === undefined) throw new Error(`nothing is forwarded from ${identityCenterRegion}`);
      const { rules } = awsForwarding(spec.region, settingsFor);
      const rule = await rules.rule(spec.rule.name, signal);
      return { spec, rule, targets: rule === undefined ? [] : await rules.targets(spec.rule.name, signal) };
    },
    infrastructureSpec,
    trails: once(async () => observeTrails((await infrastructureSpec()).region, settingsFor, signal)),
    rule: once(async () => (await infrastructure()).rule((await infrastructureSpec()).rule.name, signal)),
    targets: once(async () =>
      (await infrastructure()).targets((await infrastructureSpec()).rule.name, signal),
    ),
    busPolicy: once(async () => observeBusPolicy((await infrastructureSpec()).region, settingsFor, signal)),
    queue({ url, endpoint, accountId }) {
      const observe = async () => {
        const { region } = await infrastructureSpec();
        const isRoles = (await identity()).account === accountId;
        return queueAttributes({ url, endpoint, region }, isRoles ? settingsFor : ownSettings, signal);
      };
      const observing = queues.get(url) ?? observe();
      queues.set(url, observing);
      return observing;
    },
    setupQueue: async () => (await infrastructure()).queue((await infrastructureSpec()).queue.name, signal),
  };
}

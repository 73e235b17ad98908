import type { AwsCloud } from '../../aws/cloud.ts';
import type { SettingsFor } from '../../awsApi/clientSettings.ts';
import { CloudError, type OrganizationTarget } from '../../controller/ports.ts';
import { awsForwarding, awsInfrastructure } from '../../infrastructure/clients.ts';
import { type ObservedForwarding, observeForwarding } from '../../infrastructure/forwarding.ts';
import { withForwarding, withForwardingRemoval } from '../../infrastructure/forwardingPlan.ts';
import {
  InfrastructureError,
  type Observed,
  observeInfrastructure,
} from '../../infrastructure/infrastructure.ts';
import { type InfrastructureSpec, infrastructureSpecOf } from '../../infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../infrastructure/plan.ts';
import { planRemoval } from '../../infrastructure/removal.ts';
import type { InfrastructurePlan } from '../../infrastructure/step.ts';
import { judgeTrails } from '../../infrastructure/trailCheck.ts';
import { observeTrails } from '../../infrastructure/trails.ts';
import { trailRemedy } from '../doctor/trailRemedy.ts';
import type { SetupOptions } from './options.ts';

/** Something a person should know although nothing failed, and what to do about it. */
export interface Warning {
  readonly message: string;
  readonly remedy: readonly string[];
}

export interface Found {
  readonly accountId: string;
  readonly infrastructureSpec: InfrastructureSpec;
  readonly observed: Observed;
  /** In the Region of Identity Center; undefined: nothing is forwarded. */
  readonly forwarded: ObservedForwarding | undefined;
  readonly plan: InfrastructurePlan;
  readonly warnings: readonly Warning[];
}

/** What set-up cannot work with; one sentence for people. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

type Identity = Pick<SetupOptions, 'roleArn' | 'externalId'>;

export function targetOf({ roleArn, externalId }: Identity): OrganizationTarget | undefined {
  if (roleArn === undefined) return undefined;
  return { roleArn, ...(externalId !== undefined && { externalId }) };
}

/** Settings of clients that act as the role, if one is named. */
export function settingsAs(cloud: AwsCloud, identity: Identity): SettingsFor {
  const target = targetOf(identity);
  return (asked, region) => cloud.clientSettings(asked ?? target, region);
}

/** Looks at account, plumbing and trails. Rejects with an error for people. */
export async function observe(options: SetupOptions, cloud: AwsCloud, signal: AbortSignal): Promise<Found> {
  const settingsFor = settingsAs(cloud, options);
  const accountId = await cloud.open(targetOf(options)).callerAccount({ notBefore: 0, signal });
  const { region } = options.region === undefined ? await settingsFor(undefined) : { region: options.region };
  const { ruleName, queueName, identityCenterRegion, tag: tags } = options;
  const infrastructureSpec = infrastructureSpecOf({
    accountId,
    region,
    tags,
    ...(ruleName !== undefined && { ruleName }),
    ...(queueName !== undefined && { queueName }),
    ...(identityCenterRegion !== undefined && { identityCenterRegion }),
  });
  const { forwarding } = infrastructureSpec;
  const [warnings, observed, forwarded] = await Promise.all([
    options.remove
      ? []
      : circumstances(options, { cloud, accountId, region: infrastructureSpec.region }, signal),
    observeInfrastructure(
      awsInfrastructure(infrastructureSpec.region, settingsFor),
      infrastructureSpec,
      signal,
    ),
    forwarding && observeForwarding(awsForwarding(forwarding.region, settingsFor), forwarding, signal),
  ]);
  const plan = planOf(infrastructureSpec, observed, forwarded, options);
  return { accountId, infrastructureSpec, observed, forwarded, plan, warnings };
}

function planOf(
  spec: InfrastructureSpec,
  observed: Observed,
  forwarded: ObservedForwarding | undefined,
  { remove }: Pick<SetupOptions, 'remove'>,
): InfrastructurePlan {
  const plan = remove ? planRemoval(spec, observed) : planSetup(spec, observed);
  const { forwarding, name, tags } = spec;
  if (forwarding === undefined || forwarded === undefined) return plan;
  return remove
    ? withForwardingRemoval(plan, forwarding, name, forwarded)
    : withForwarding(plan, forwarding, tags, forwarded);
}

interface Place {
  readonly cloud: AwsCloud;
  readonly accountId: string;
  readonly region: string;
}

async function circumstances(
  options: SetupOptions,
  place: Place,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  const found = await Promise.all([
    checkManagementAccount(options, place, signal),
    checkTrails(options, place, signal),
  ]);
  const other = options.roleArn !== undefined && [
    {
      message: 'the operator reads the queue with its own credentials, not with those of --role-arn',
      remedy: [
        `run it with credentials of account ${place.accountId}, or allow its account in the policy of the queue`,
      ],
    },
  ];
  return [...found.flat(), ...(other || [])];
}

/** Rejects with a SetupError when events cannot appear in this account. */
async function checkManagementAccount(
  options: SetupOptions,
  { cloud, accountId }: Place,
  signal: AbortSignal,
): Promise<Warning[]> {
  try {
    const organization = await cloud.open(targetOf(options)).organization({ notBefore: 0, signal });
    if (organization === undefined) {
      throw new SetupError(
        `account ${accountId} is in no organization, so there are no events. Run aws organizations create-organization --feature-set ALL`,
      );
    }
    const { managementAccountId: management, partition } = organization;
    if (management === accountId) return [];
    throw new SetupError(
      `account ${accountId} is not the management account: events of AWS Organizations appear in ${management} alone; use its credentials, or --role-arn arn:${partition}:iam::${management}:role/NAME`,
    );
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return [
      {
        message: `cannot determine whether ${accountId} is the management account: ${error.message}`,
        remedy: [
          'events of AWS Organizations appear only in the management account; check the account',
          `or grant ${error.action}`,
        ],
      },
    ];
  }
}

async function checkTrails(
  options: SetupOptions,
  { cloud, region }: Place,
  signal: AbortSignal,
): Promise<Warning[]> {
  try {
    const trails = await observeTrails(region, settingsAs(cloud, options), signal);
    const { good, message } = judgeTrails(trails, region);
    return good ? [] : [{ message, remedy: trailRemedy(trails, region) }];
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error;
    return [
      {
        message: `cannot determine whether a trail logs management events: ${error.message}`,
        remedy: [
          `without a trail there are no events of API calls; check that there is one, or grant ${error.action}`,
        ],
      },
    ];
  }
}

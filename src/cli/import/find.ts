import { type DryRunOptions, type DryRunResult, dryRun } from '../../controller/assess.ts';
import { identify } from '../../controller/observe.ts';
import type { Administrator, Organization, OrganizationTarget } from '../../controller/ports.ts';
import type { Fact, Obstacle } from '../../controller/terms.ts';
import { fact } from '../../controller/terms.ts';
import { type Service, serviceFor } from '../../crds/services.ts';
import { statusSchema } from '../../crds/status.ts';
import { metadataSchema, specSchema, type TrustedAccess } from '../../crds/trustedAccess.ts';

/** What the organization has for one principal. */
export interface Finding {
  readonly service: Service;
  readonly organization: Organization;
  readonly since?: string;
  readonly administrators: Fact<readonly Administrator[]>;
  readonly identityCenter: DryRunResult['details']['identityCenter'];
  /** Why the operator would stop at what is declared although nothing is to be changed. */
  readonly stop?: Obstacle;
}

/** What cannot be imported at all; one sentence for people. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

export interface Found {
  readonly organization: Organization;
  /** Sorted. */
  readonly principals: readonly string[];
}

/** Which organization it is, and which services it trusts. Rejects with an ImportError. */
export async function findPrincipals(
  dryRunOptions: DryRunOptions,
  target: OrganizationTarget | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const organizations = dryRunOptions.cloud.open(target);
  const read = { notBefore: dryRunOptions.notBefore, signal };
  const identified = await identify(resourceFor('sso.amazonaws.com', target), organizations, read);
  if (identified.kind === 'Blocked') throw new ImportError(identified.obstacle.message);
  const enabled = await fact(organizations.enabledServices(read));
  if (!enabled.known) throw new ImportError(enabled.obstacle.message);
  return { organization: identified.organization, principals: [...enabled.value.keys()].sort() };
}

/** Everything there is to know of an enabled principal. Rejects with an ImportError when not even whether it is enabled. */
export async function findOne(
  principal: string,
  dryRunOptions: DryRunOptions,
  target: OrganizationTarget | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  const forecast = await dryRun(resourceFor(principal, target), dryRunOptions, signal);
  if (forecast.kind !== 'Planned') {
    throw new ImportError(forecast.kind === 'Blocked' ? forecast.obstacle.message : forecast.kind);
  }
  const { observation, details } = forecast;
  const { access, administrators, organization } = observation;
  return {
    service: serviceFor(principal),
    organization,
    ...(access.known && access.value.since !== undefined && { since: access.value.since }),
    administrators,
    identityCenter: details.identityCenter,
  };
}

/** Why the operator would stop at the resource. Rejects with an ImportError when it would change anything. */
export async function whatStops(
  resource: TrustedAccess,
  dryRunOptions: DryRunOptions,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  const forecast = await dryRun(resource, dryRunOptions, signal);
  if (forecast.kind === 'Blocked') return forecast.obstacle;
  if (forecast.kind !== 'Planned') return undefined;
  if (forecast.actions.length === 0) return forecast.stop;
  throw new ImportError(
    `AWS changed in the meantime, so ${resource.metadata.name} would change it. Run the command again`,
  );
}

/** A resource that manages no administrators: enough to look. */
function resourceFor(servicePrincipal: string, organization: OrganizationTarget | undefined): TrustedAccess {
  return {
    metadata: metadataSchema.parse({ name: 'import' }),
    spec: { ...specSchema.parse({}), servicePrincipal, ...(organization && { organization }) },
    status: statusSchema.parse({}),
  };
}

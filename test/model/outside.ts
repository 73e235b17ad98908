/** What the promises are judged by, taken from AWS and the API server of the model. */
import { violations } from '../../src/crds/policyViolations.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { type OrganizationState, sso } from '../controller/fakes/aws.ts';
import { type Node, name, organizationOf, resourceOf, type Scenario } from './node.ts';
import {
  brokenAtRest,
  brokenBy,
  brokenByStatus,
  type Change,
  type Past,
  pastAfter,
  type Service,
  type Truth,
} from './promises.ts';

/** Milliseconds for which AWS may show what was. */
const staleTime = 5_000;

export function serviceIn(organization: OrganizationState, principal: string): Service {
  return {
    principal,
    enabled: organization.enabled[principal] !== undefined,
    administrators: Object.keys(organization.administrators[principal] ?? {}),
  };
}

function withChange(service: Service, { what, accountId = '' }: Change): Service {
  const others = service.administrators.filter((other) => other !== accountId);
  switch (what) {
    case 'Enable':
      return { ...service, enabled: true };
    case 'Disable':
      return { ...service, enabled: false };
    case 'Register':
      return { ...service, administrators: [...others, accountId] };
    case 'Deregister':
      return { ...service, administrators: others };
  }
}

export interface Judged {
  readonly broken: readonly string[];
  readonly past: Past;
}

/**
 * The promises that a time in which the operator worked broke, and the past after it.
 *
 * @param acceptable accounts of which AWS said in that time that it lacks but the room
 */
export function judgeChanges(
  before: Node,
  scenario: Scenario,
  acceptable: ReadonlySet<string> = new Set(),
): Judged {
  const states = recent(scenario.aws.snapshot(), before.now);
  const declared = [resourceOf(before), scenario.store.get(name), before.gone].filter(
    (it) => it !== undefined,
  );
  const isDenied = before.isDenied && scenario.aws.settings.denied.has('Register');
  const truth: Omit<Truth, 'isLasting'> = {
    isEstablished: () => true,
    permits: permittedBy(before),
    accepts: (accountId) =>
      acceptable.has(accountId) || (!isDenied && states.some((state) => isActive(state, accountId))),
    isInUse: states.every(({ identityCenter }) => (identityCenter?.permissionSets ?? 0) > 0),
  };
  const begun = recent(before.aws, before.now);
  const isLasting = (principal: string) => (accountId: string) =>
    begun.every(({ administrators }) => administrators[principal]?.[accountId] !== undefined);
  const broken: string[] = [];
  const services = new Map<string, Service>();
  let { past } = before;
  for (const change of scenario.aws.changes) {
    const { principal } = change;
    const service = services.get(principal) ?? serviceIn(organizationOf(before), principal);
    const own = declared.filter(({ spec }) => spec.servicePrincipal === principal);
    broken.push(...brokenBy(change, service, past, own, { ...truth, isLasting: isLasting(principal) }));
    services.set(principal, withChange(service, change));
    past = pastAfter(past, change);
  }
  const resource = scenario.store.get(name);
  const shown = states.map((state) => serviceIn(state, resource?.spec.servicePrincipal ?? sso));
  for (const { status } of resource ? scenario.store.statusWrites : []) {
    broken.push(...brokenByStatus({ ...(resource as TrustedAccess), status }, shown));
  }
  return { broken, past };
}

/** Of the states of AWS, those that it may have shown at that moment (epoch milliseconds) or later. */
function recent(
  snapshot: readonly (readonly OrganizationState[])[],
  from: number,
): readonly OrganizationState[] {
  const states = snapshot.flatMap(([state]) => state ?? []);
  return states.filter((_, index) => {
    const next = states[index + 1];
    return next === undefined || (next.changedAt ?? 0) >= from - staleTime;
  });
}

function permittedBy({ policy }: Pick<Node, 'policy'>): (resource: TrustedAccess) => boolean {
  return (resource) => violations(resource, policy).length === 0;
}

function isActive({ members, managementAccountId }: OrganizationState, accountId: string): boolean {
  return accountId !== managementAccountId && members[accountId]?.state === 'ACTIVE';
}

/**
 * The promises that are broken where no other caller has acted for the time of a resync.
 *
 * @param now epoch milliseconds; absent: nothing changes there any more, however long one waits
 */
export function judgeRest(node: Node, now = Number.POSITIVE_INFINITY): string[] {
  const resource = resourceOf(node);
  if (!resource) return [];
  const organization = organizationOf(node);
  const { refused, isDenied, past } = node;
  const accepts = (accountId: string) =>
    isActive(organization, accountId) && !isDenied && !(refused?.isFinal && refused.accountId === accountId);
  const service = serviceIn(organization, resource.spec.servicePrincipal);
  return brokenAtRest(resource, service, past, { accepts, permits: permittedBy(node) }, now);
}

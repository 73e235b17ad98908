import type { TrustedAccess } from '../crds/trustedAccess.ts';
import type { Clock } from '../time/clock.ts';
import {
  type Claim,
  type Claiming,
  claimOf,
  hasSuccessor,
  isAbandoned,
  isReleased,
  retained,
  takeOverObstacle,
} from './claims.ts';
import { openReading, type ReadContext, reading, startingStatus, subjectOf } from './context.ts';
import { openDrift } from './drift.ts';
import { hold } from './guards.ts';
import {
  type Desired,
  type Details,
  type Identified,
  identify,
  isRevoking,
  type Observation,
  observe,
  observeDetails,
} from './observe.ts';
import { type CurrentPolicy, permittedAmong } from './permitted.ts';
import { type Plan, type PlanInput, plan, planInput } from './plan.ts';
import { type Action, type Cloud, type Organization, resourcesIn, type Stored } from './ports.ts';
import { mayHaveOpened } from './swap.ts';
import type { Obstacle } from './terms.ts';

/** What one reconcile finds before it decides anything: the same for the operator and for a dry run. It writes nothing. */
export type Assessment = Unassessed | Assessed;

export type Unassessed =
  /** Being deleted, and nothing in AWS has to be undone or finished for it. */
  | { readonly kind: 'Released' }
  | { readonly kind: 'Suspended' }
  | Extract<Identified, { kind: 'Blocked' }>
  | (Extract<Claim, { kind: 'Waits' }> & Pick<Known, 'organization'>);

export type Known = Extract<Identified, { kind: 'Identified' }>;

export interface Assessed {
  readonly kind: 'Assessed';
  /** What the resource declares, or as if it were deleted with Retain where a successor declares what AWS has to be. */
  readonly subject: ReturnType<typeof subjectOf>;
  readonly identified: Known;
  readonly claim: Exclude<Claim, { kind: 'Waits' }>;
  readonly observation: Observation;
  /** Read beside the rest: only a plan to disable waits for it. */
  readonly details: Promise<Details>;
  /** Nothing has to be done any more; believed only when the observation is. */
  readonly isAbandoned: boolean;
}

/** Rejects only when the signal is aborted. */
export async function assess(context: ReadContext): Promise<Assessment> {
  const { resource, organizations, forbidden, clock } = context;
  if (isReleased(context)) return { kind: 'Released' };
  if (resource.spec.suspend) return { kind: 'Suspended' };
  const mayClose = mayHaveOpened(resource.status.replacement, resource.metadata.uid, clock.now());
  if (forbidden && !mayClose) return { kind: 'Blocked', obstacle: forbidden };
  const identified = await identify(resource, organizations, reading(context, identityTolerance(context)));
  if (identified.kind === 'Blocked') return identified;
  // Without a claim: closing the gap of its own swap is all that it may do.
  if (forbidden) return observed(context, identified, { kind: 'Held' });
  const { organization } = identified;
  const claiming = claimingOf(context, identified);
  const claim = await claimOf(resource, claiming);
  if (claim.kind === 'Waits') return { ...claim, organization };
  if (!isRevoking(resource)) return observed(context, identified, claim);
  const successor = await hasSuccessor(resource, claiming);
  if (!successor.known) return { kind: 'Blocked', organization, obstacle: successor.obstacle };
  if (!successor.value && claim.kind === 'Held') return observed(context, identified, claim);
  // The successor declares what AWS has to be: this one only closes a gap of its own, if there is one.
  const left = { ...context, ...subjectOf(retained(resource)) };
  return isReleased(left) ? { kind: 'Released' } : observed(left, identified, claim);
}

async function observed(
  context: ReadContext,
  identified: Known,
  claim: Assessed['claim'],
): Promise<Assessed> {
  const { resource, service, desired, requestedAt, organizations } = context;
  const details = startDetails(context, identified);
  const read = reading(context);
  const observation = await observe(identified, service.principal, desired, organizations, read);
  return {
    kind: 'Assessed',
    subject: { resource, service, desired, requestedAt },
    identified,
    claim,
    observation,
    details,
    isAbandoned: isAbandoned(context, observation),
  };
}

/**
 * Whose credentials these are hardly changes: a shared answer of the last minute will do, unless the
 * resource waits for just that to change.
 */
function identityTolerance({ resource }: ReadContext): number {
  const { conditions } = resource.status;
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 60_000 : 0;
}

function claimingOf(context: ReadContext, { account, organization }: Known): Claiming {
  const { store, cloud, clock, service, policy } = context;
  const declaring = permittedAmong(store.declaring(service.principal), policy);
  return { account, organization, declaring, cloud, read: reading(context, 60_000), now: clock.now() };
}

/** Only for a plan to disable it has to be fresh. */
function startDetails(context: ReadContext, { organization }: Known): Promise<Details> {
  const { resource, service, desired, organizations } = context;
  const read = reading(context, desired.access === 'Disabled' ? 0 : 10 * 60_000);
  const details = observeDetails(resource, service, organization, organizations, read);
  details.catch(() => {});
  return details;
}

/** What reconciling a resource would do, and what it would stop at. */
export type DryRunForecast =
  /** Being deleted, and nothing in AWS has to be undone for it. */
  | { readonly kind: 'Released' }
  | { readonly kind: 'Suspended' }
  /** It would not get as far as a plan. */
  | { readonly kind: 'Blocked'; readonly organization?: Organization; readonly obstacle: Obstacle }
  | DryRunResult;

export interface DryRunResult {
  readonly kind: 'Planned';
  readonly desired: Desired;
  readonly observation: Observation;
  readonly details: Details;
  /** Every action until AWS is as declared, or as far as it would come. */
  readonly actions: readonly Action[];
  /** Why the declared state is not reached by them. */
  readonly stop?: Obstacle;
  /** Why the actions would not be carried out now although they could be: a policy, or another manager that undoes them. */
  readonly held?: Obstacle;
}

export interface DryRunOptions {
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** All resources, among which an older one may be about the same. */
  readonly all: readonly Stored[];
  /** Absent: nothing is restricted. */
  readonly policy?: CurrentPolicy;
  /** Reads shared since then (epoch milliseconds) are good enough. */
  readonly notBefore: number;
}

/**
 * The reconcile that `reconcile` would do, by the same steps up to its plan, without a write to anything.
 * Rejects only when the signal is aborted.
 */
export async function dryRun(
  resource: TrustedAccess,
  dryRunOptions: DryRunOptions,
  signal: AbortSignal,
): Promise<DryRunForecast> {
  const { cloud, clock, all, policy, notBefore } = dryRunOptions;
  const context = openReading({
    resource: { ...resource, status: startingStatus(resource.metadata, resource.status) },
    cloud,
    clock,
    store: resourcesIn(() => all),
    policy,
    learnedMaxima: new Map(),
    wokenAt: notBefore,
    signal,
  });
  const assessed = await assess(context);
  switch (assessed.kind) {
    case 'Released':
    case 'Suspended':
    case 'Blocked':
      return assessed;
    case 'Waits':
      return { kind: 'Blocked', organization: assessed.organization, obstacle: assessed.obstacle };
  }
  const { subject, claim, observation } = assessed;
  const { desired } = subject;
  const details = await assessed.details;
  if (assessed.isAbandoned) return { kind: 'Released' };
  const judged = { ...context, ...subject };
  const planned = planAll(planInput(judged, observation, details));
  const waits =
    claim.kind === 'Vacant' ? takeOverObstacle(resource, claim.waitingFor, planned, clock.now()) : undefined;
  const held = waits?.obstacle ?? heldBy(planned, judged, observation);
  return { kind: 'Planned', desired, observation, details, ...planned, ...(held && { held }) };
}

function heldBy(planned: Plan, context: ReadContext, observation: Observation): Obstacle | undefined {
  const held = hold(planned, context, observation, openDrift(context.resource.status));
  return held === planned ? undefined : held.stop;
}

/** No plan of a reconcile is longer: each step leaves less to be done. */
const mostSteps = 200;

/**
 * One reconcile replaces one administrator, the next follows: all of them, each on what the ones before leave behind.
 * A gap is closed by the first; a refusal stands.
 */
export function planAll(input: PlanInput): Plan {
  const actions: Action[] = [];
  const replacement = input.replacement?.refusal ? input.replacement : undefined;
  let { observation } = input;
  let next = plan(input);
  while (next.actions.length > 0 && actions.length < mostSteps) {
    actions.push(...next.actions);
    observation = next.actions.reduce(afterwards, observation);
    next = plan({ ...input, observation, replacement });
  }
  return { actions, ...(next.stop && { stop: next.stop }) };
}

/** AWS as it is once the action is done. */
function afterwards(observation: Observation, action: Action): Observation {
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return { ...observation, access: { known: true, value: { enabled: action.kind === 'EnableAccess' } } };
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return moved(observation, undefined, action.accountId);
    case 'DeregisterAdministrator':
      return moved(observation, action.accountId, undefined);
    case 'ReplaceAdministrator':
      return moved(observation, action.from, action.to);
  }
}

function moved(observation: Observation, from: string | undefined, to: string | undefined): Observation {
  const { administrators } = observation;
  if (!administrators.known) return observation;
  const staying = administrators.value.filter(({ accountId }) => accountId !== from);
  const value = to === undefined ? staying : [...staying, { accountId: to, state: 'ACTIVE' }];
  return { ...observation, administrators: { known: true, value } };
}

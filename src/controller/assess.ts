import { type Claim, type Claiming, claimOf, hasHeir } from './claims.ts';
import { isAbandoned, isReleased, retained } from './deletion.ts';
import { isRevoking } from './desired.ts';
import {
  type Details,
  type Identified,
  identify,
  type Observation,
  observe,
  observeDetails,
} from './observation.ts';
import { permittedAmong } from './permitted.ts';
import { type Run, reading, startRun } from './run.ts';
import { mayHaveOpened } from './swap.ts';

/** What one reconcile finds before it decides anything: the same for the operator and for a plan. It writes nothing. */
export type Assessment =
  /** Being deleted, and nothing in AWS has to be undone or finished for it. */
  | { readonly kind: 'Released' }
  | { readonly kind: 'Suspended' }
  | Blocked
  | (Extract<Claim, { kind: 'Waits' }> & Pick<Known, 'organization'>)
  | Assessed;

type Blocked = Extract<Identified, { kind: 'Blocked' }>;
export type Known = Extract<Identified, { kind: 'Identified' }>;

export interface Assessed {
  readonly kind: 'Assessed';
  /** As it was, or as if it were deleted with Retain where an heir declares what AWS has to be. */
  readonly run: Run;
  readonly identified: Known;
  readonly claim: Exclude<Claim, { kind: 'Waits' }>;
  readonly observation: Observation;
  /** Read beside the rest: only a plan to disable waits for it. */
  readonly details: Promise<Details>;
  /** Nothing has to be done any more; believed only when the observation is. */
  readonly isAbandoned: boolean;
}

/** Rejects only when the signal is aborted. */
export async function assess(run: Run): Promise<Assessment> {
  const { resource } = run;
  if (isReleased(run)) return { kind: 'Released' };
  if (resource.spec.suspend) return { kind: 'Suspended' };
  const { forbidden, context } = run;
  const mayClose = mayHaveOpened(run.status.replacement, resource.metadata.uid, context.ports.clock.now());
  if (forbidden && !mayClose) return { kind: 'Blocked', obstacle: forbidden };
  const identified = await identify(resource, run.organizations, reading(run, identityTolerance(run)));
  if (identified.kind === 'Blocked') return identified;
  // Without a claim: closing the gap of its own swap is all that it may do.
  if (forbidden) return observed(run, identified, { kind: 'Held' });
  const { organization } = identified;
  const claiming = claimingOf(run, identified);
  const claim = await claimOf({ ...resource, status: run.status }, claiming);
  if (claim.kind === 'Waits') return { ...claim, organization };
  if (!isRevoking(resource)) return observed(run, identified, claim);
  const heir = await hasHeir(resource, claiming);
  if (!heir.known) return { kind: 'Blocked', organization, obstacle: heir.obstacle };
  if (!heir.value && claim.kind === 'Held') return observed(run, identified, claim);
  // The heir declares what AWS has to be: this one only closes a gap of its own, if there is one.
  const left = startRun(retained(resource), run.context);
  return isReleased(left) ? { kind: 'Released' } : observed(left, identified, claim);
}

async function observed(run: Run, identified: Known, claim: Assessed['claim']): Promise<Assessed> {
  const details = startDetails(run, identified);
  const { principal } = run.service;
  const observation = await observe(identified, principal, run.desired, run.organizations, reading(run));
  const left = isAbandoned(run, observation);
  return { kind: 'Assessed', run, identified, claim, observation, details, isAbandoned: left };
}

/**
 * Whose credentials these are hardly changes: a shared answer of the last minute will do, unless the
 * resource waits for just that to change.
 */
function identityTolerance({ status }: Run): number {
  return status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 60_000 : 0;
}

function claimingOf(run: Run, { account, organization }: Known): Claiming {
  const { store, cloud, clock, policy } = run.context.ports;
  const declaring = permittedAmong(store.declaring(run.service.principal), policy);
  return { account, organization, declaring, cloud, read: reading(run, 60_000), now: clock.now() };
}

/** Only for a plan to disable it has to be fresh. */
function startDetails(run: Run, { organization }: Known): Promise<Details> {
  const read = reading(run, run.desired.access === 'Disabled' ? 0 : 10 * 60_000);
  const details = observeDetails(run.resource, run.service, organization, run.organizations, read);
  details.catch(() => {});
  return details;
}

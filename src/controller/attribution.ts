import type { DriftKind, LastDrift } from '../crds/status.ts';
import type { ReadContext } from './context.ts';
import { actorOf, isEmptied, newDifference, type Subject } from './drift.ts';
import type { Observation } from './observe.ts';
import { differenceOf } from './observe.ts';
import type { AttributionQuestion, Evidence } from './ports.ts';

/** How long evidence of a drift may be awaited (milliseconds); the change log remembers as long. */
const evidenceWindow = 15 * 60_000;

/** Milliseconds: a read that showed AWS in sync may have missed a change this old. */
const staleReads = 60_000;

type Asking = Subject & Pick<ReadContext, 'service'>;

/**
 * What to ask about a drift of this kind that the observation shows. The event of the drift before is excluded: CloudTrail
 * records whole seconds, so that event may look as if it came after the correction.
 *
 * @param detectedAt epoch milliseconds
 * @param inSyncAt epoch milliseconds at which AWS was last seen in sync, if this process saw it
 */
export function questionOf(
  drift: DriftKind,
  detectedAt: number,
  context: Asking,
  observation: Observation,
  inSyncAt?: number,
): AttributionQuestion {
  const { correctedAt, eventId } = context.resource.status.lastDrift ?? {};
  const corrected = correctedAt === undefined ? 0 : Date.parse(correctedAt);
  const seen = inSyncAt === undefined ? earliestEvidence(detectedAt) : inSyncAt - staleReads;
  return {
    ...generalQuestion(drift, context, observation),
    ...accountsOf(context, observation),
    since: Math.max(seen, corrected),
    except: eventId,
  };
}

/** What this process keeps of a question until its answer: the accounts and times of the difference. */
export type Awaited = Pick<AttributionQuestion, 'missing' | 'added' | 'since' | 'except'> & {
  /** Id of the event of AWS itself that the drift is attributed to until the call of a person arrives. */
  readonly followUp?: string | undefined;
};

export function awaitedOf(question: AttributionQuestion, evidence: Evidence | undefined): Awaited {
  const { missing, added, since, except } = question;
  return {
    ...(missing && { missing }),
    ...(added && { added }),
    since,
    except,
    followUp: evidence?.isFollowUp ? evidence.eventId : undefined,
  };
}

/** The question about a drift that may be corrected since. Without memory, any declared account may be the one lost. */
export function repeatedQuestion(
  { kind, detectedAt }: LastDrift,
  context: Asking,
  observation: Observation,
  awaited: Awaited | undefined,
): AttributionQuestion {
  const { administrators } = context.desired;
  const isRemoval = kind === 'AdministratorRemoved' && administrators !== undefined;
  const { followUp: _, ...kept } = awaited ?? {
    since: earliestEvidence(Date.parse(detectedAt)),
    ...(isRemoval && { missing: administrators }),
  };
  return { ...generalQuestion(kind, context, observation), ...kept };
}

function generalQuestion(
  drift: DriftKind,
  { resource, service }: Asking,
  { organization }: Observation,
): Omit<AttributionQuestion, 'since'> {
  return {
    organizationId: organization.id,
    managementAccountId: organization.managementAccountId,
    principal: service.principal,
    drift,
    target: resource.spec.organization,
  };
}

/** The accounts that a change must be about to explain the drift: the new ones, or all of a drift that is open already. */
function accountsOf(
  subject: Subject,
  observation: Observation,
): Pick<AttributionQuestion, 'missing' | 'added'> {
  const { resource, desired } = subject;
  const { missing, surplus } = newDifference(subject, observation);
  if (missing.length + surplus.length > 0) return { missing, added: surplus };
  const { delegatedAdministrators = [] } = resource.status;
  if (isEmptied(resource.status, desired, observation))
    return { missing: delegatedAdministrators.map(({ accountId }) => accountId), added: [] };
  const whole = differenceOf(desired, observation);
  return { missing: whole.missing, added: whole.surplus };
}

/**
 * Whether the actor is unknown, or AWS itself by an event that follows a call, and evidence may still come: an event may
 * be later than the observation.
 */
export function isUnattributed(drift: LastDrift, awaited: Awaited | undefined, now: number): boolean {
  const isOpen =
    drift.by === undefined || (drift.eventId !== undefined && drift.eventId === awaited?.followUp);
  return isOpen && now - Date.parse(drift.detectedAt) <= evidenceWindow;
}

function earliestEvidence(detectedAt: number): number {
  return detectedAt - evidenceWindow;
}

/** Attributes the drift anew: nothing of an earlier actor stays. */
export function attributeTo(drift: LastDrift, evidence: Evidence | undefined): LastDrift {
  if (!evidence) return drift;
  const { by: _by, arn: _arn, onBehalfOf: _user, via: _via, sourceIp: _address, ...rest } = drift;
  return { ...rest, ...actorOf(evidence) };
}

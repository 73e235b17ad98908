import type { TrustedAccess, TrustedAccessStatus } from '../../src/crds/trustedAccess.ts';
import { requestedAtAnnotation } from '../../src/crds/trustedAccess.ts';
import { nameOf } from './declarations.ts';
import { type Node, organizationOf, resourceOf } from './node.ts';
import { isRefusedStill, previousAdministrator } from './promises.ts';

const minute = 60_000;

/**
 * Equal for nodes from which the same futures lead: moments count by their age, as far as age is looked at,
 * generations by their distance, and words for people not at all.
 */
export function fingerprint(node: Node): string {
  const { now, mind, slotFirst, isDenied, past, gap, refused } = node;
  const resource = resourceOf(node);
  const organizations = [organizationOf(node), node.aws.at(-2)?.[0]].map(
    (organization) =>
      organization && [
        Object.keys(organization.enabled),
        Object.keys(organization.administrators['sso.amazonaws.com'] ?? {}),
        Object.entries(organization.members).map(([id, { state }]) => [id, state]),
        organization.identityCenter?.permissionSets,
      ],
  );
  const { memory, learned } = mind;
  return JSON.stringify([
    organizations,
    slotFirst,
    isDenied,
    previousAdministrator(past, now),
    past.refused && isRefusedStill(past, past.refused.accountId, now) && past.refused.accountId,
    past.restored,
    gap,
    refused && [
      refused.accountId,
      refused.isFinal,
      refused.isKnown,
      refused.isFinal || now - refused.at < 60 * minute,
    ],
    now - (organizationOf(node).changedAt ?? 0) < 5_000,
    node.ownChangeAt !== undefined && now - node.ownChangeAt < 5_000,
    resource && resourceText(resource, now),
    memory.status && statusText(memory.status, resource, now),
    memory.writes.filter(({ at }) => now - at < 5_000).map(({ action }) => action),
    memory.failingSince !== undefined && now - memory.failingSince >= minute,
    memory.failingSince !== undefined,
    [...learned],
    !resource && mind.resource && nameOf(mind.resource.spec),
  ]);
}

function resourceText(resource: TrustedAccess, now: number): unknown {
  const { metadata, spec, status } = resource;
  return [
    nameOf(spec),
    metadata.deletionTimestamp !== undefined,
    metadata.finalizers,
    isAsked(resource),
    statusText(status, resource, now),
  ];
}

function isAsked({ metadata, status }: TrustedAccess): boolean {
  return metadata.annotations[requestedAtAnnotation] !== status.lastHandledReconcileAt;
}

function statusText(status: TrustedAccessStatus, resource: TrustedAccess | undefined, now: number): unknown {
  const { generation = 0, annotations } = resource?.metadata ?? {};
  const current = (observed: number | undefined) => observed === generation;
  const { replacement, lastDrift } = status;
  const refusal = replacement?.refusal;
  return [
    current(status.observedGeneration),
    current(status.inSyncGeneration),
    status.lastHandledReconcileAt === annotations?.[requestedAtAnnotation],
    status.access?.state,
    status.administrators,
    status.identityCenter?.use,
    replacement && [
      replacement.from,
      replacement.to,
      replacement.uid === resource?.metadata.uid,
      replacement.deregisteredAt !== undefined,
      now - Date.parse(replacement.startedAt) > 24 * 60 * minute,
      now - Date.parse(replacement.deregisteredAt ?? replacement.startedAt) < minute,
    ],
    refusal && [
      refusal.reason,
      current(refusal.generation),
      refusal.accountState,
      refusal.requestedAt === annotations?.[requestedAtAnnotation],
      refusal.retryAt && Math.max(-1, Math.ceil((Date.parse(refusal.retryAt) - now) / minute)),
    ],
    lastDrift && [
      lastDrift.kind,
      Math.min(lastDrift.count, 4),
      age(lastDrift.detectedAt, now),
      age(lastDrift.correctedAt, now),
      age(lastDrift.firstDetectedAt, now),
    ],
    status.conditions.map(({ type, status: value, reason, observedGeneration }) => [
      type,
      value,
      reason,
      current(observedGeneration),
    ]),
  ];
}

/** In whole minutes, and what is an hour old is old. */
function age(time: string | undefined, now: number): number | undefined {
  return time === undefined ? undefined : Math.min(60, Math.floor((now - Date.parse(time)) / minute));
}

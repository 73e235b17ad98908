import type { WaitingFor } from '../crds/status.ts';
import { finalizer, type TrustedAccess } from '../crds/trustedAccess.ts';
import { declaresNone } from './desired.ts';
import type { Obstacle } from './fact.ts';
import type { Observation } from './observation.ts';
import { type Outcome, stop } from './outcome.ts';
import { type Run, report } from './run.ts';
import { mayHaveOpened, phase } from './swap.ts';

/** Being deleted, and nothing in AWS has to be undone or finished for it. */
export function isReleased({ resource, status, context }: Run): boolean {
  const { metadata, spec } = resource;
  if (metadata.deletionTimestamp === undefined) return false;
  if (mayHaveOpened(status.replacement, metadata.uid, context.ports.clock.now())) return false;
  return spec.deletionPolicy === 'Retain' || !metadata.finalizers.includes(finalizer);
}

/**
 * Deleted in the middle of a swap, and no gap of it is left to be closed: somebody is registered, nobody is declared, or
 * the service is off, so that there is nothing to administer. Retain leaves AWS as it is in everything else.
 */
export function isLeft(run: Run, { access, administrators }: Observation): boolean {
  const { resource, desired, status, context } = run;
  const { metadata, spec } = resource;
  if (metadata.deletionTimestamp === undefined || spec.deletionPolicy !== 'Retain') return false;
  if (!access.known) return false;
  if (!access.value.enabled) return true;
  if (!administrators.known) return false;
  const facts = { uid: metadata.uid, administrators };
  return declaresNone(desired) || phase(status.replacement, facts, context.ports.clock.now()) !== 'Gap';
}

export async function release({ resource, context }: Run): Promise<Outcome> {
  if (resource.metadata.finalizers.includes(finalizer)) {
    await context.ports.store.setFinalizer(resource.metadata, false, context.signal);
  }
  return { kind: 'Gone' };
}

/** As if it were deleted with Retain: AWS stays as it is. */
export function retained(resource: TrustedAccess): TrustedAccess {
  return { ...resource, spec: { ...resource.spec, deletionPolicy: 'Retain' } };
}

/**
 * An older resource works; this one has nothing left that its deletion would have to undo. While it is unknown
 * whether the older one is about the same organization, a deletion waits.
 */
export async function yieldTo(
  run: Run,
  { obstacle, waitingFor }: { readonly obstacle: Obstacle; readonly waitingFor: WaitingFor | undefined },
): Promise<Outcome> {
  const deleted = run.resource.metadata.deletionTimestamp !== undefined;
  if (deleted && obstacle.reason === 'Conflict') return release(run);
  return report(run, stop(obstacle), { waitingFor });
}

/** Revoke puts the finalizer on before the first change that a deletion would have to undo; Retain has none. */
export async function keepFinalizer({ resource, context }: Run): Promise<void> {
  if (resource.metadata.deletionTimestamp !== undefined) return;
  const wanted = resource.spec.deletionPolicy === 'Revoke';
  if (wanted === resource.metadata.finalizers.includes(finalizer)) return;
  await context.ports.store.setFinalizer(resource.metadata, wanted, context.signal);
}

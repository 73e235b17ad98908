import type { Condition, Metadata, TrustedAccessStatus } from '../../../src/crds/trustedAccess.ts';

/**
 * What is wrong with a status by the rules of kstatus and of Flux's own checker of conditions; empty when nothing.
 */
export function violations(
  metadata: Metadata,
  { conditions, observedGeneration = 0 }: TrustedAccessStatus,
): string[] {
  const of = (type: string) => conditions.find((condition) => condition.type === type);
  const [ready, reconciling, stalled] = [of('Ready'), of('Reconciling'), of('Stalled')];
  const found: string[] = [];
  const rule = (kept: boolean, message: string) => void (kept || found.push(message));
  rule(ready !== undefined, 'Ready is always present');
  rule(!(reconciling && stalled), 'never Reconciling and Stalled together');
  rule(
    [reconciling, stalled].every((it) => !it || it.status === 'True'),
    'Reconciling and Stalled are present only when True',
  );
  rule(ready?.status === 'False' || !(reconciling || stalled), 'Ready is False while Reconciling or Stalled');
  rule(observedGeneration <= metadata.generation, 'observedGeneration never exceeds generation');
  rule(ready?.status !== 'True' || observedGeneration === metadata.generation, 'never Ready while it lags');
  rule(
    ready?.status !== 'False' || reconciling !== undefined || stalled !== undefined,
    'what is not Ready says whether it goes on',
  );
  rule(new Set(conditions.map(({ type }) => type)).size === conditions.length, 'one condition a type');
  rule(conditions.every(isComplete), 'every condition has reason, message, time and generation');
  return found;
}

function isComplete({ reason, message, lastTransitionTime, observedGeneration }: Condition): boolean {
  return (
    reason !== '' &&
    message !== '' &&
    !Number.isNaN(Date.parse(lastTransitionTime)) &&
    observedGeneration !== undefined
  );
}

import { mergeConditions, readiness } from './conditions.ts';
import type { ReportedOutcome } from './outcome.ts';
import type { Stored } from './ports.ts';
import { type Memory, type Ports, storeStatus } from './run.ts';

/** Says of a resource that this version cannot read what is wrong with it; nothing in AWS is touched for it. */
export async function reportInvalid(
  { metadata, status, problems }: Extract<Stored, { kind: 'Invalid' }>,
  { store, clock }: Ports,
  memory: Memory,
  signal: AbortSignal,
): Promise<ReportedOutcome> {
  const outcome: ReportedOutcome = { kind: 'Stalled', reason: 'InvalidSpec', message: problems.join('; ') };
  const previous = memory.status ?? status;
  const conditions = mergeConditions(
    previous.conditions,
    readiness(outcome, false),
    metadata.generation,
    clock.now(),
  );
  const next = { ...previous, observedGeneration: metadata.generation, conditions };
  await storeStatus(metadata, next, { memory, store, signal });
  return outcome;
}

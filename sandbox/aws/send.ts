import { ConnectionLost } from './awsError.ts';
import { pause } from './clock.ts';
import { dispatch, type Outcome, type Request } from './dispatch.ts';
import type { Faults } from './faults.ts';
import type { JournalResult } from './journal.ts';
import { newRequestId, type World } from './world.ts';

/**
 * A call as it fares on the network: with the scripted faults.
 * Rejects with ConnectionLost, or with the signal's reason when the caller gives up.
 */
export async function send(
  world: World,
  faults: Faults,
  request: Request,
  signal: AbortSignal,
): Promise<Outcome> {
  const { latency, effect } = faults.take({
    service: request.service,
    operation: request.operation,
    region: request.region,
    callerArn: request.caller.arn,
    accessKeyId: request.caller.accessKeyId,
  });
  if (latency > 0) await pause(world.clock, latency, signal);
  switch (effect?.kind) {
    case 'Reset':
      noteLost(world, request);
      throw new ConnectionLost(false);
    case 'Hang':
      noteLost(world, request);
      return aborted(signal);
    case 'ResponseLost':
      await dispatch(world, { ...request, signal, answerLost: true });
      throw new ConnectionLost(true);
    case 'Error':
      return dispatch(world, { ...request, signal, refuseWith: effect.error });
    default:
      return dispatch(world, { ...request, signal });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function noteLost(world: World, request: Request): void {
  const operation = world.services.get(request.service)?.operations.get(request.operation);
  const result: JournalResult = { kind: 'Lost', applied: false };
  world.journal.add({
    at: world.clock.now(),
    service: request.service,
    operation: request.operation,
    readOnly: operation?.readOnly ?? true,
    caller: request.caller,
    region: request.region ?? 'us-east-1',
    userAgent: request.userAgent ?? '',
    requestId: request.requestId ?? newRequestId(world),
    input: request.input ?? {},
    result,
  });
}

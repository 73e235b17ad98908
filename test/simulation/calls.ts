import type { Outcome } from '../../sandbox/aws/dispatch.ts';
import type { Members } from '../../sandbox/aws/service.ts';
import type { Random } from '../../src/time/clock.ts';
import type { Life } from './life.ts';
import { region as home, type SimulatedOrganization } from './simulatedAws.ts';
import type { Time } from './time.ts';
import { createWire } from './wire.ts';

export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Members;
  readonly region?: string;
}

/** One API call of one process over its network. Rejects as an SDK client would, or with the signal's reason. */
export type CallAws = (call: AwsCall, signal: AbortSignal) => Promise<Outcome & { readonly ok: true }>;

/** What a client of the SDK throws for an answer that says no. */
function exceptionOf({ error, requestId }: Outcome & { readonly ok: false }): Error {
  const { code, status, members, message } = error;
  const exception = Object.assign(new Error(message), members, {
    $metadata: { httpStatusCode: status, requestId },
  });
  exception.name = code;
  return exception;
}

export interface CallerOptions {
  readonly time: Time;
  readonly life: Life;
  readonly random: Random;
  /** As CloudTrail shows it. */
  readonly userAgent: string;
}

/** `onAnswer` is called with every answer, also with one that says no. */
export function callsOf(
  { aws, networkFaults, operator }: SimulatedOrganization,
  { time, life, random, userAgent }: CallerOptions,
  onAnswer: (call: AwsCall, requestId: string) => void = () => undefined,
): CallAws {
  const wire = createWire(time, random, networkFaults, life);
  // The server goes on with what it was asked, whatever becomes of the caller.
  const { signal: never } = new AbortController();
  return async (call, signal) => {
    const outcome = await wire(
      () =>
        aws.send(
          { region: home, ...call, caller: operator, userAgent },
          call.operation === 'ReceiveMessage' ? signal : never,
        ),
      signal,
    );
    onAnswer(call, outcome.requestId);
    if (!outcome.ok) throw exceptionOf(outcome);
    return outcome;
  };
}

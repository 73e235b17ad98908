import type { AwsError } from './awsError.ts';

/** What goes wrong with one request. */
export type Effect =
  | { readonly kind: 'Error'; readonly error: AwsError }
  /** Milliseconds before AWS begins. */
  | { readonly kind: 'Latency'; readonly milliseconds: number }
  /** The connection breaks before AWS begins. */
  | { readonly kind: 'Reset' }
  /** Never answered; the call has no effect. */
  | { readonly kind: 'Hang' }
  /** AWS did it, and the answer is lost. */
  | { readonly kind: 'ResponseLost' };

export interface Fault {
  readonly service?: string;
  /** Absent: any operation. */
  readonly operation?: string;
  /** Only requests to this region. */
  readonly region?: string;
  /** Only requests by this ARN or access key. */
  readonly caller?: string;
  /** The first matching request that is hit, counted from 1 since the fault was set; 1 when absent. */
  readonly from?: number;
  /** How many in a row; all when absent. */
  readonly times?: number;
  readonly effect: Effect;
}

export interface FaultTarget {
  readonly service: string;
  readonly operation: string;
  readonly region: string | undefined;
  readonly callerArn: string;
  readonly accessKeyId: string | undefined;
}

export interface Faults {
  /** From now on; the returned function takes it back. */
  add(fault: Fault): () => void;
  clear(): void;
  /** Counts the request and tells what hits it: delays, and the first other effect. */
  take(target: FaultTarget): { readonly latency: number; readonly effect?: Effect };
}

export function createFaults(): Faults {
  const script = new Set<{ readonly fault: Fault; seen: number }>();
  return {
    add(fault) {
      const line = { fault, seen: 0 };
      script.add(line);
      return () => script.delete(line);
    },
    clear: () => script.clear(),
    take(target) {
      let latency = 0;
      let effect: Effect | undefined;
      for (const line of script) {
        if (!concerns(line.fault, target)) continue;
        line.seen++;
        const { from = 1, times = Number.POSITIVE_INFINITY } = line.fault;
        if (line.seen < from || line.seen >= from + times) continue;
        if (line.fault.effect.kind === 'Latency') latency += line.fault.effect.milliseconds;
        else effect ??= line.fault.effect;
      }
      return effect === undefined ? { latency } : { latency, effect };
    },
  };
}

function concerns(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.service === undefined || fault.service === target.service) &&
    (fault.operation === undefined || fault.operation === target.operation) &&
    (fault.region === undefined || fault.region === target.region) &&
    (fault.caller === undefined || fault.caller === target.callerArn || fault.caller === target.accessKeyId)
  );
}

import { operatorSource } from '../eventFormat/heartbeatEvent.ts';
import { orAborted } from '../time/sleep.ts';
import { type AwsFault, awsFault, hasNoCredentials, isDenied } from './awsFault.ts';
import { once, type SettingsFor, settingsOf } from './clientSettings.ts';

/** An event of the operator itself, to be put on a bus. */
export interface BusEntry {
  readonly detailType: string;
  /** JSON object. */
  readonly detail: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** ARNs or names it is about. */
  readonly resources: readonly string[];
}

export class BusError extends Error {
  override readonly name = 'BusError';
  /** Only Transient may pass by waiting. */
  readonly fault: 'CredentialsUnusable' | 'Denied' | 'Missing' | 'Transient';

  constructor(fault: BusError['fault'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}

/** One event bus. At most ten entries a call. */
export interface EventBus {
  /** Resolves to those the bus did not take; rejects with a BusError, or with the signal's reason. */
  put(entries: readonly BusEntry[], signal: AbortSignal): Promise<readonly BusEntry[]>;
}

/** A bus of EventBridge by name or ARN, in that region or where the operator runs. The SDK is loaded at the first call. */
export function eventBridgeBus(name: string, region: string | undefined, settingsFor: SettingsFor): EventBus {
  const loaded = once(async () => {
    const sdk = await import('@aws-sdk/client-eventbridge');
    const settings = settingsOf('EVENTBRIDGE', await settingsFor(undefined, region));
    return { sdk, client: new sdk.EventBridgeClient(settings) };
  });
  return {
    async put(entries, signal) {
      try {
        const { sdk, client } = await loaded();
        const command = new sdk.PutEventsCommand({
          Entries: entries.map(({ detailType, detail, time, resources }) => ({
            EventBusName: name,
            Source: operatorSource,
            DetailType: detailType,
            Detail: detail,
            Time: new Date(time),
            Resources: [...resources],
          })),
        });
        const { FailedEntryCount = 0, Entries = [] } = await orAborted(
          client.send(command, { abortSignal: signal }),
          signal,
        );
        if (FailedEntryCount === 0) return [];
        return entries.filter((_, index) => Entries[index]?.ErrorCode !== undefined);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw busErrorOf(error);
      }
    },
  };
}

function busErrorOf(error: unknown): BusError {
  const fault = awsFault(error);
  const kind = busFaultOf(fault);
  return new BusError(kind, fault.message, { cause: error });
}

function busFaultOf(fault: AwsFault): BusError['fault'] {
  if (hasNoCredentials(fault)) return 'CredentialsUnusable';
  if (isDenied(fault)) return 'Denied';
  return fault.code === 'ResourceNotFoundException' ? 'Missing' : 'Transient';
}

import type { OrganizationTarget } from '../controller/ports.ts';
import { awsFault, isDenied } from './awsFault.ts';
import type { SettingsFor } from './clientSettings.ts';
import { partitionOf } from './partition.ts';

export interface HistoryQuery {
  readonly eventName: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly target: OrganizationTarget | undefined;
}

export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly denied: boolean;

  constructor(denied: boolean, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.denied = denied;
  }
}

/** CloudTrail's own memory of the last days. */
export interface EventHistory {
  /** CloudTrail records as JSON, newest first, at most fifty. Rejects with a HistoryError, or with the signal's reason. */
  lookup(query: HistoryQuery, signal: AbortSignal): Promise<readonly string[]>;
}

const mostRecords = 50;

/**
 * Asks LookupEvents in the region where the partition's Organizations events appear. It allows one attribute a query
 * and two queries a second for an account. Source: CloudTrail API reference, LookupEvents.
 */
export function cloudTrailHistory(settingsFor: SettingsFor): EventHistory {
  return {
    async lookup({ eventName, from, to, target }, signal) {
      try {
        const sdk = await import('@aws-sdk/client-cloudtrail');
        const { region } = await settingsFor(target);
        // Connections are shared through the settings, and this is asked once a drift: no client is kept.
        const settings = await settingsFor(target, partitionOf(region).organizationsRegion);
        const client = new sdk.CloudTrailClient(settings);
        const command = new sdk.LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
          StartTime: new Date(from),
          EndTime: new Date(to),
          MaxResults: mostRecords,
        });
        const { Events = [] } = await client.send(command, { abortSignal: signal });
        return Events.map(({ CloudTrailEvent }) => CloudTrailEvent).filter((record) => record !== undefined);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const fault = awsFault(error);
        throw new HistoryError(isDenied(fault), fault.message, { cause: error });
      }
    },
  };
}

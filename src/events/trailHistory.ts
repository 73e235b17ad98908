import { awsFault, isDenied } from '../awsApi/awsFault.ts';
import { type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { partitionOf } from '../awsApi/partitions.ts';
import type { OrganizationTarget } from '../controller/ports.ts';
import { orAborted } from '../time/sleep.ts';

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

/** CloudTrail's event history. */
export interface EventHistory {
  /** CloudTrail records as JSON, newest first, at most fifty. Rejects with a HistoryError, or with the signal's reason. */
  lookup(query: HistoryQuery, signal: AbortSignal): Promise<readonly string[]>;
}

export interface HistoryPages {
  /** The same, page after page of at most fifty; each query waits for `turn`. */
  pages(
    query: HistoryQuery,
    turn: () => Promise<void>,
    signal: AbortSignal,
  ): AsyncIterable<readonly string[]>;
}

const mostRecords = 50;

/**
 * Asks LookupEvents in the region where the partition's Organizations events appear. It allows one attribute a query
 * and two queries a second for an account. Source: CloudTrail API reference, LookupEvents.
 */
export function cloudTrailHistory(settingsFor: SettingsFor): EventHistory & HistoryPages {
  async function* pages(query: HistoryQuery, turn: () => Promise<void>, signal: AbortSignal) {
    let next: string | undefined;
    do {
      await turn();
      const page = await onePage(settingsFor, query, next, signal);
      yield page.records;
      next = page.next;
    } while (next !== undefined);
  }
  return {
    pages,
    lookup: async (query, signal) => (await onePage(settingsFor, query, undefined, signal)).records,
  };
}

interface Page {
  readonly records: readonly string[];
  readonly next: string | undefined;
}

async function onePage(
  settingsFor: SettingsFor,
  { eventName, from, to, target }: HistoryQuery,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Page> {
  try {
    const sdk = await import('@aws-sdk/client-cloudtrail');
    const { region } = await settingsFor(target);
    // Connections are shared through the settings, and queries are rare, so no client is kept.
    const settings = await settingsFor(target, partitionOf(region).organizationsRegion);
    const client = new sdk.CloudTrailClient(settingsOf('CLOUDTRAIL', settings));
    const command = new sdk.LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
      StartTime: new Date(from),
      EndTime: new Date(to),
      MaxResults: mostRecords,
      ...(token !== undefined && { NextToken: token }),
    });
    const { Events = [], NextToken } = await orAborted(client.send(command, { abortSignal: signal }), signal);
    const records = Events.map(({ CloudTrailEvent }) => CloudTrailEvent);
    return { records: records.filter((record) => record !== undefined), next: NextToken };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const fault = awsFault(error);
    throw new HistoryError(isDenied(fault), fault.message, { cause: error });
  }
}

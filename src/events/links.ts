import type { QueueAddress } from '../awsApi/queueAddress.ts';
import type { ChannelFinding, Link } from './channelTrust.ts';

export interface LinkReading {
  readonly link: Link;
  /** Unknown: it may not be read, or the reading failed. */
  readonly state: 'Healthy' | 'Broken' | 'Unknown';
  /** Of a broken link: the fact, its consequence and the command that repairs it, in two sentences at most. */
  readonly message: string;
}

/** How the links on the way to one queue are. */
export interface QueueLinks {
  /** Name of the queue in messages. */
  readonly queue: string;
  /** Account of the trails and the bus that were read; undefined: not known. */
  readonly accountId: string | undefined;
  readonly links: readonly LinkReading[];
}

/** Reads the links of one queue. Rejects with the signal's reason, or when nothing could be read. */
export type ReadLinks = (address: QueueAddress, signal: AbortSignal) => Promise<Omit<QueueLinks, 'queue'>>;

/** For an operator that reads no links. */
export const unreadLinks: ReadLinks = async () => ({ accountId: undefined, links: [] });

/**
 * What readings of all queues mean for the events of one organization, while heartbeats come back. A target or policy that
 * looks broken lets heartbeats through, so it means nothing. A trail concerns the organization of its account alone.
 *
 * @param at epoch milliseconds of the reading
 */
export function findingOf(
  readings: readonly QueueLinks[],
  managementAccountId: string | undefined,
  at: number,
): ChannelFinding {
  const concerning = readings.flatMap(({ accountId, links }) =>
    links.map((reading) =>
      reading.link === 'Trail' && accountId !== managementAccountId
        ? { ...reading, state: 'Unknown' as const }
        : reading,
    ),
  );
  const broken = concerning.find(
    ({ link, state }) => state === 'Broken' && (link === 'Rule' || link === 'Trail'),
  );
  if (broken !== undefined) {
    const { link, message } = broken;
    return { kind: 'LinksRead', at, links: 'Broken', message, link };
  }
  const isHealthy = concerning.length > 0 && concerning.every(({ state }) => state === 'Healthy');
  const healthy = concerning
    .map(({ link }) => link)
    .filter((link) => concerning.every((reading) => reading.link !== link || reading.state === 'Healthy'));
  return { kind: 'LinksRead', at, links: isHealthy ? 'Healthy' : 'Unknown', healthy };
}

/** Why heartbeats do not come back through a queue, when a reading shows it. */
export function explanationFor(readings: readonly QueueLinks[], queue: string): string | undefined {
  const links = readings.find((reading) => reading.queue === queue)?.links ?? [];
  const onTheWay = links.filter(({ link }) => link !== 'Trail');
  const broken = onTheWay.find(({ state }) => state === 'Broken');
  if (broken !== undefined) return broken.message;
  const isInOrder = onTheWay.length > 0 && onTheWay.every(({ state }) => state === 'Healthy');
  return isInOrder ? takenElsewhere(queue) : undefined;
}

function takenElsewhere(queue: string): string {
  return `Heartbeats do not come back through queue ${queue}, although rule, target and queue policy are in order: another consumer probably takes its messages. Stop that consumer, or give this operator a queue of its own with trusted-access setup --rule-name NAME --queue-name NAME`;
}

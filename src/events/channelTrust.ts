/**
 * Whether events of one organization can be relied on, besides the heartbeats, which carry neither the `aws.organizations`
 * events nor need a trail.
 * - Trusted: no evidence speaks against it
 * - Doubted: an event that had to come did not
 * - Broken: AWS itself shows a broken link on the way
 */
export type ChannelTrust =
  | {
      readonly kind: 'Trusted';
      /** Epoch milliseconds: what happened before was on a channel that has been repaired since. */
      readonly from: number;
      /** Message of a reading that an event contradicted: it counts for nothing until the reading changes. */
      readonly contradicted?: string;
    }
  | {
      readonly kind: 'Doubted';
      /** Epoch milliseconds: an event of a change made since then removes the doubt. */
      readonly since: number;
      readonly message: string;
      /** Epoch milliseconds of the first of the readings in a row that found every link in order. */
      readonly healthySince?: number;
    }
  | {
      readonly kind: 'Broken';
      readonly since: number;
      readonly message: string;
      readonly link: Link;
    };

/** What events pass on their way, in that order. Heartbeats need all of them but the trail, and a part of the pattern. */
export type Link = 'Trail' | 'Rule' | 'Target' | 'QueuePolicy';

export type ChannelFinding =
  /** An event of AWS Organizations came through a queue. `madeAt`: epoch milliseconds, in whole seconds. */
  | { readonly kind: 'EventArrived'; readonly madeAt: number }
  /** The event of a change made at that moment did not come for minutes. */
  | { readonly kind: 'EventMissing'; readonly madeAt: number; readonly message: string }
  /** The links were read at that moment. `Unknown`: not all of them may be read, and none that was is broken. */
  | {
      readonly kind: 'LinksRead';
      readonly at: number;
      readonly links: 'Healthy' | 'Unknown';
      /** The links that every queue was read to have in order. */
      readonly healthy: readonly Link[];
    }
  | {
      readonly kind: 'LinksRead';
      readonly at: number;
      readonly links: 'Broken';
      readonly message: string;
      readonly link: Link;
    };

export const trusted: Extract<ChannelTrust, { kind: 'Trusted' }> = {
  kind: 'Trusted',
  from: Number.NEGATIVE_INFINITY,
};

/** Milliseconds for which every reading must find the links in order, to remove a doubt without an event. */
export const reverifiedAfter = 30 * 60_000;
/** CloudTrail cuts off fractions of a second. */
const cutOff = 999;
/** Milliseconds in which AWS may still deliver events of a link that it shows as broken. */
const lastDeliveries = 60_000;

/** The state table of docs/events.md, "When EventDriven changes". */
export function nextTrust(trust: ChannelTrust, finding: ChannelFinding): ChannelTrust {
  switch (finding.kind) {
    case 'EventArrived':
      return afterEvent(trust, finding.madeAt);
    case 'EventMissing':
      return afterMissing(trust, finding);
    case 'LinksRead':
      return afterReading(trust, finding);
  }
}

function afterEvent(trust: ChannelTrust, madeAt: number): ChannelTrust {
  switch (trust.kind) {
    case 'Trusted':
      return trust;
    case 'Doubted':
      return madeAt + cutOff >= trust.since ? trusted : trust;
    case 'Broken':
      return madeAt >= trust.since + lastDeliveries ? { ...trusted, contradicted: trust.message } : trust;
  }
}

function afterMissing(
  trust: ChannelTrust,
  { madeAt, message }: Extract<ChannelFinding, { kind: 'EventMissing' }>,
): ChannelTrust {
  if (trust.kind === 'Broken' || (trust.kind === 'Trusted' && madeAt < trust.from)) return trust;
  if (trust.kind === 'Doubted' && madeAt <= trust.since) return trust;
  return { kind: 'Doubted', since: madeAt, message };
}

function afterReading(
  trust: ChannelTrust,
  finding: Extract<ChannelFinding, { kind: 'LinksRead' }>,
): ChannelTrust {
  const { at } = finding;
  if (finding.links === 'Broken') {
    const { message, link } = finding;
    if (trust.kind === 'Trusted' && trust.contradicted === message) return trust;
    const isKnown = trust.kind === 'Broken' && trust.message === message;
    return isKnown ? trust : { kind: 'Broken', since: at, message, link };
  }
  if (trust.kind === 'Doubted') {
    const { healthySince = at, ...doubt } = trust;
    if (finding.links === 'Unknown') return doubt;
    return at - healthySince >= reverifiedAfter ? { ...trusted, from: at } : { ...doubt, healthySince };
  }
  if (trust.kind === 'Broken') return finding.healthy.includes(trust.link) ? { ...trusted, from: at } : trust;
  return finding.links === 'Unknown' ? trust : { kind: 'Trusted', from: trust.from };
}

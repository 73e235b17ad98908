import { describe, expect, it } from 'vitest';
import {
  type ChannelFinding,
  type ChannelTrust,
  type Link,
  nextTrust,
  reverifiedAfter,
  trusted,
} from '../../src/events/channelTrust.ts';

const noon = Date.UTC(2026, 2, 1, 12);
const minute = 60_000;
const doubted: ChannelTrust = { kind: 'Doubted', since: noon, message: 'an event is missing' };
const broken: ChannelTrust = { kind: 'Broken', since: noon, message: 'the trail is stopped', link: 'Trail' };
const arrived = (madeAt: number): ChannelFinding => ({ kind: 'EventArrived', madeAt });
const missing = (madeAt: number): ChannelFinding => ({ kind: 'EventMissing', madeAt, message: 'missing' });
const healthy = (at: number): ChannelFinding => ({
  kind: 'LinksRead',
  at,
  links: 'Healthy',
  healthy: ['Trail', 'Rule', 'Target', 'QueuePolicy'],
});
const unknown = (at: number, ...known: Link[]): ChannelFinding => ({
  kind: 'LinksRead',
  at,
  links: 'Unknown',
  healthy: known,
});
const brokenAt = (at: number, message = 'the trail is stopped'): ChannelFinding => ({
  kind: 'LinksRead',
  at,
  links: 'Broken',
  message,
  link: 'Trail',
});

describe('the state of a channel after a finding', () => {
  it.each<[string, ChannelTrust, ChannelFinding, ChannelTrust['kind']]>([
    ['an event of any time keeps it Trusted', trusted, arrived(noon), 'Trusted'],
    ['a missing event makes it Doubted', trusted, missing(noon), 'Doubted'],
    ['a broken link makes it Broken', trusted, brokenAt(noon), 'Broken'],
    ['links in order keep it Trusted', trusted, healthy(noon), 'Trusted'],
    ['links that may not be read keep it Trusted', trusted, unknown(noon), 'Trusted'],
    [
      'the missing event, although CloudTrail cuts off its milliseconds, ends a doubt',
      doubted,
      arrived(noon - 999),
      'Trusted',
    ],
    ['an event of an earlier change leaves it Doubted', doubted, arrived(noon - 1_000), 'Doubted'],
    ['another missing event leaves it Doubted', doubted, missing(noon + minute), 'Doubted'],
    ['a broken link explains a doubt', doubted, brokenAt(noon), 'Broken'],
    ['one reading of links in order leaves it Doubted', doubted, healthy(noon), 'Doubted'],
    ['links that may not be read leave it Doubted', doubted, unknown(noon), 'Doubted'],
    ['an event right after the reading leaves it Broken', broken, arrived(noon + 59_000), 'Broken'],
    [
      'an event a minute after the reading contradicts the reading',
      broken,
      arrived(noon + minute),
      'Trusted',
    ],
    ['a missing event leaves it Broken', broken, missing(noon), 'Broken'],
    ['a broken link leaves it Broken', broken, brokenAt(noon + minute), 'Broken'],
    ['links in order after a repair make it Trusted', broken, healthy(noon + minute), 'Trusted'],
    ['links that may no longer be read leave it Broken', broken, unknown(noon + minute), 'Broken'],
    ['the broken link in order makes it Trusted', broken, unknown(noon + minute, 'Trail'), 'Trusted'],
    ['another link in order leaves it Broken', broken, unknown(noon + minute, 'Rule'), 'Broken'],
  ])('%s', (_, trust, finding, kind) => {
    expect(nextTrust(trust, finding).kind).toBe(kind);
  });

  const following = (trust: ChannelTrust, ...findings: ChannelFinding[]) => findings.reduce(nextTrust, trust);

  it('is Trusted again when every reading of half an hour found the links in order', () => {
    const [first, last] = [noon + minute, noon + minute + reverifiedAfter];
    expect(following(doubted, healthy(first), healthy(last - 1)).kind).toBe('Doubted');
    expect(following(doubted, healthy(first), healthy(last)).kind).toBe('Trusted');
    expect(following(doubted, healthy(first), unknown(last - 1), healthy(last)).kind).toBe('Doubted');
    expect(following(doubted, healthy(first), missing(last - 1), healthy(last)).kind).toBe('Doubted');
  });

  it('is not Doubted for an event that was lost before the repair', () => {
    const repaired = following(broken, healthy(noon + minute));
    expect(nextTrust(repaired, missing(noon)).kind).toBe('Trusted');
    expect(nextTrust(repaired, missing(noon + minute)).kind).toBe('Doubted');
  });

  it('ignores a reading that an event contradicted, until the reading changes', () => {
    const contradicted = following(broken, arrived(noon + minute));
    expect(nextTrust(contradicted, brokenAt(noon + 2 * minute)).kind).toBe('Trusted');
    expect(nextTrust(contradicted, brokenAt(noon + 2 * minute, 'the rule is disabled')).kind).toBe('Broken');
    expect(following(contradicted, healthy(noon + 2 * minute), brokenAt(noon + 3 * minute)).kind).toBe(
      'Broken',
    );
  });
});

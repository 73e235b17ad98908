import { type ChannelFinding, type ChannelTrust, nextTrust, trusted } from './channelTrust.ts';
import { explanationFor, findingOf, type QueueLinks } from './links.ts';

/** One reading of the links of all queues. */
export interface Readings {
  readonly queues: readonly QueueLinks[];
  /** Epoch milliseconds at which the reading began. */
  readonly at: number;
}

/** What is known against the events of each organization, by its management account. */
export interface Trusts {
  of(managementAccountId: string): ChannelTrust;
  /** Takes a finding into account; whether it changed anything. */
  note(managementAccountId: string, finding: ChannelFinding): boolean;
  noteReadings(readings: Readings): void;
  /** Of every organization that anything is known of, and of one that nothing is known of. */
  organizations(): readonly string[];
  /** Why heartbeats do not come back through the queue, when the last reading shows it. */
  explain(queue: string): string | undefined;
  forget(): void;
}

const mostOrganizations = 1_000;
const unknownOrganization = '';

export function createTrusts(): Trusts {
  const trusts = new Map<string, ChannelTrust>();
  let last: Readings | undefined;

  const of = (managementAccountId: string): ChannelTrust => {
    const known = trusts.get(managementAccountId);
    if (known !== undefined || last === undefined) return known ?? trusted;
    return nextTrust(trusted, findingOf(last.queues, managementAccountId, last.at));
  };
  const note: Trusts['note'] = (managementAccountId, finding) => {
    const trust = of(managementAccountId);
    const next = nextTrust(trust, finding);
    if (trusts.has(managementAccountId) && next === trust) return false;
    trusts.delete(managementAccountId);
    trusts.set(managementAccountId, next);
    const [longestUnchanged] = trusts.keys();
    if (trusts.size > mostOrganizations && longestUnchanged !== undefined) trusts.delete(longestUnchanged);
    return true;
  };
  const organizations = (): readonly string[] => {
    const read = last?.queues.flatMap(({ accountId }) => accountId ?? []) ?? [];
    return [...new Set([...trusts.keys(), ...read, unknownOrganization])];
  };

  return {
    of,
    note,
    noteReadings(readings) {
      last = readings;
      for (const id of organizations()) note(id, findingOf(readings.queues, id, readings.at));
    },
    organizations,
    explain: (queue) => last && explanationFor(last.queues, queue),
    forget() {
      trusts.clear();
      last = undefined;
    },
  };
}

import type {
  AttributionQuestion,
  DriftAttribution,
  EventChannel,
  Evidence,
} from '../../../src/controller/ports.ts';
import type { DriftKind } from '../../../src/crds/status.ts';

export interface FakeAttribution extends DriftAttribution {
  /** What was heard, by kind of drift. */
  readonly received: {
    readonly drift: DriftKind;
    readonly evidence: Evidence;
    readonly organizationId?: string;
    readonly accountId?: string | undefined;
  }[];
  /** What a look-up in the trail would tell. */
  lookup: Evidence | undefined;
  readonly inquiries: AttributionQuestion[];
  /** `accountId`: the administrator it is about. */
  receive(drift: DriftKind, evidence: Partial<Evidence> & { readonly at: number }, accountId?: string): void;
}

export const someone = 'arn:aws:sts::111111111111:assumed-role/Admin/jane';

export function createAttribution(): FakeAttribution {
  const attribution: FakeAttribution = {
    received: [],
    lookup: undefined,
    inquiries: [],
    receive(drift, reported, accountId) {
      const evidence: Evidence = {
        eventId: `event-${attribution.received.length + 1}`,
        by: someone,
        source: 'Event',
        ...reported,
      };
      attribution.received.push({ drift, evidence, accountId });
    },
    recall: ({ drift, since, organizationId, missing = [], added = [], except }) =>
      attribution.received
        .filter((received) => received.drift === drift && received.evidence.at >= since)
        .filter((received) => (received.organizationId ?? organizationId) === organizationId)
        .filter(({ evidence }) => evidence.eventId !== except)
        .filter(({ accountId }) => {
          const accounts = [...missing, ...added];
          return !accountId || accounts.length === 0 || accounts.includes(accountId);
        })
        .at(-1)?.evidence,
    async lookUp(question) {
      attribution.inquiries.push(question);
      return attribution.lookup;
    },
  };
  return attribution;
}

export interface FakeChannel extends EventChannel {
  now: ReturnType<EventChannel['state']>;
}

export function createChannel(): FakeChannel {
  const channel: FakeChannel = {
    now: { driven: true, message: 'The heartbeat came back' },
    state: () => channel.now,
  };
  return channel;
}

import type {
  DriftWitness,
  EventChannel,
  Testimony,
  WitnessQuestion,
} from '../../../src/controller/ports.ts';
import type { DriftKind } from '../../../src/crds/status.ts';

export interface FakeWitness extends DriftWitness {
  /** What was heard, by kind of drift. */
  readonly heard: {
    readonly drift: DriftKind;
    readonly testimony: Testimony;
    readonly organizationId?: string;
    readonly accountId?: string | undefined;
  }[];
  /** What a look-up in the trail would tell. */
  lookup: Testimony | undefined;
  readonly inquiries: WitnessQuestion[];
  /** `accountId`: the administrator it is about. */
  hear(drift: DriftKind, testimony: Partial<Testimony> & { readonly at: number }, accountId?: string): void;
}

export const someone = 'arn:aws:sts::111111111111:assumed-role/Admin/jane';

export function createWitness(): FakeWitness {
  const witness: FakeWitness = {
    heard: [],
    lookup: undefined,
    inquiries: [],
    hear(drift, told, accountId) {
      const testimony: Testimony = {
        eventId: `event-${witness.heard.length + 1}`,
        by: someone,
        source: 'Event',
        ...told,
      };
      witness.heard.push({ drift, testimony, accountId });
    },
    recall: ({ drift, since, organizationId, accounts }) =>
      witness.heard
        .filter((heard) => heard.drift === drift && heard.testimony.at >= since)
        .filter((heard) => (heard.organizationId ?? organizationId) === organizationId)
        .filter(({ accountId }) => !accountId || accounts.length === 0 || accounts.includes(accountId))
        .at(-1)?.testimony,
    async inquire(question) {
      witness.inquiries.push(question);
      return witness.lookup;
    },
  };
  return witness;
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

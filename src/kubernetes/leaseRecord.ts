import { z } from 'zod';

/** `LeaseSpec` of coordination.k8s.io/v1, and what an update must carry of the object. */
export interface LeaseRecord {
  /** Empty: released. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquireTime: string | undefined;
  readonly renewTime: string | undefined;
  readonly transitions: number;
  readonly resourceVersion: string;
  /** Kept as it is by an update: labels and annotations are others'. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

const leaseSchema = z.object({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      acquireTime: z.string().nullish(),
      renewTime: z.string().nullish(),
      leaseTransitions: z.number().nullish(),
    })
    .nullish(),
});

/** @throws ZodError when it is no lease. */
export function leaseRecord(body: unknown): LeaseRecord {
  const { metadata, spec } = leaseSchema.parse(body);
  return {
    holder: spec?.holderIdentity ?? '',
    durationSeconds: spec?.leaseDurationSeconds ?? 0,
    acquireTime: spec?.acquireTime ?? undefined,
    renewTime: spec?.renewTime ?? undefined,
    transitions: spec?.leaseTransitions ?? 0,
    resourceVersion: metadata.resourceVersion,
    metadata,
  };
}

const microTime = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

export interface Claim {
  readonly name: string;
  readonly namespace: string;
  /** Empty: released. */
  readonly holder: string;
  readonly durationSeconds: number;
  /** Epoch milliseconds, for people to read. */
  readonly now: number;
}

/** The Lease object that claims, renews or releases; `previous` undefined: there is none yet. */
export function leaseBody({ name, namespace, holder, durationSeconds, now }: Claim, previous?: LeaseRecord) {
  const time = microTime(now);
  const continues = previous !== undefined && previous.holder === holder;
  const passesOn = previous !== undefined && !continues && holder !== '';
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: previous === undefined ? { name, namespace } : previous.metadata,
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      acquireTime: continues ? (previous.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: (previous?.transitions ?? 0) + (passesOn ? 1 : 0),
    },
  };
}

import { type Json, matchAt, numberAt, objectAt } from '../text/json.ts';

/** `source` of everything the operator itself puts on a bus. */
export const operatorSource = 'trusted-access-operator';
export const heartbeatDetailType = 'Heartbeat';

/** `detail` of a heartbeat. It carries an eventName so that one flat pattern matches it as it does CloudTrail records. */
export interface Heartbeat {
  readonly eventName: 'Heartbeat';
  /** Which process sent it, fresh at each start. */
  readonly instance: string;
  readonly clusterName: string;
  readonly sequence: number;
  /** Epoch milliseconds on the sender's clock. */
  readonly sentAt: number;
}

const shortText = /^[\x20-\x7e]{1,256}$/;

/** The heartbeat in an envelope of the operator's source; undefined when it is none. */
export function parseHeartbeat(envelope: Json): Heartbeat | undefined {
  const detail = objectAt(envelope, 'detail');
  const instance = matchAt(detail, 'instance', shortText);
  const sequence = numberAt(detail, 'sequence');
  const sentAt = numberAt(detail, 'sentAt');
  if (instance === undefined || sequence === undefined || sentAt === undefined) return undefined;
  const clusterName = matchAt(detail, 'clusterName', shortText) ?? '';
  return { eventName: 'Heartbeat', instance, clusterName, sequence, sentAt };
}

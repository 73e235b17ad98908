import type { PolicyPrincipal } from './queuePolicy.ts';
import { sqsError } from './sqsErrors.ts';

export interface BatchEntryFault {
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
}

/** A customer-managed key: who may use it, and whether anybody can. */
export interface KeyState {
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion' | 'Missing';
  /** Service principals and account ids; absent: everybody. */
  readonly grants?: readonly string[];
}

/** How SQS behaves today; may be changed while it runs. */
export interface QueueSettings {
  /** Milliseconds before a deleted queue's name can be had again. */
  recreateAfter: number;
  /** Asked for every entry of a batch; what it answers becomes the entry's failure. */
  entryFault?:
    | ((entry: { operation: string; queue: string; id: string }) => BatchEntryFault | undefined)
    | undefined;
  /** By KmsMasterKeyId as the queue has it. A key that is not here can be used by everybody. */
  readonly keys: Map<string, KeyState>;
}

/** The waiting time is from CreateQueue, Amazon SQS API Reference. */
export function queueSettings(): QueueSettings {
  return { recreateAfter: 60_000, keys: new Map() };
}

/** The key that AWS manages for SQS cannot grant anything to another service ("Configuring KMS permissions", SQS). */
const managedKey = 'alias/aws/sqs';

/** @throws KmsAccessDenied, KmsDisabled, KmsInvalidState, KmsNotFound */
export function useKey(settings: QueueSettings, keyId: string | undefined, principal: PolicyPrincipal): void {
  if (keyId === undefined) return;
  const key = settings.keys.get(keyId);
  if (key?.state === 'Disabled') throw sqsError('KmsDisabled', `${keyId} is disabled.`);
  if (key?.state === 'PendingDeletion') throw sqsError('KmsInvalidState', `${keyId} is pending deletion.`);
  if (key?.state === 'Missing') throw sqsError('KmsNotFound', `Key '${keyId}' does not exist`);
  const name = principal.kind === 'Service' ? principal.name : principal.accountId;
  const granted = key?.grants?.includes(name) ?? !(keyId === managedKey && principal.kind === 'Service');
  if (!granted) {
    throw sqsError(
      'KmsAccessDenied',
      `The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.`,
    );
  }
}

import { AwsError } from '../awsError.ts';
import type { Call, Members } from '../service.ts';
import { sizeOf } from './message.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';
import { sqsError } from './sqsErrors.ts';
import { listOf, membersOf } from './sqsInputs.ts';

/** Bytes of all messages of one batch ("Amazon SQS message quotas"). */
const largestBatch = 1_048_576;

/**
 * The entries of a batch, each done by itself: what one throws becomes its failure, and the others go on.
 * @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct
 */
export function eachEntry(
  queues: Queues,
  queue: Queue,
  call: Call,
  handle: (entry: Members) => Members | undefined,
): Members {
  const entries = listOf(call.input, 'Entries').map(membersOf);
  refuseBadBatch(entries);
  const successful: Members[] = [];
  const failed: Members[] = [];
  for (const entry of entries) {
    const id = String(entry['Id']);
    const fault = queues.settings.entryFault?.({ operation: call.operation, queue: queue.name, id });
    if (fault) {
      failed.push({ Id: id, SenderFault: fault.senderFault, Code: fault.code, Message: fault.message });
      continue;
    }
    try {
      successful.push({ Id: id, ...handle(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({
        Id: id,
        SenderFault: error.status < 500,
        Code: error.queryCode ?? error.code,
        Message: error.message,
      });
    }
  }
  return { Successful: successful, Failed: failed };
}

function refuseBadBatch(entries: readonly Members[]): void {
  if (entries.length === 0) {
    throw sqsError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  }
  if (entries.length > 10) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => String(entry['Id'] ?? ''));
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw sqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, at) => ids.indexOf(id) !== at);
  if (repeated !== undefined) throw sqsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
}

/** @throws BatchRequestTooLong */
export function refuseLongBatch(input: Members): void {
  const size = listOf(input, 'Entries').reduce<number>(
    (sum, entry) => sum + sizeOf(String(membersOf(entry)['MessageBody'] ?? ''), {}),
    0,
  );
  if (size > largestBatch) {
    throw sqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${largestBatch} bytes. You have sent ${size} bytes.`,
    );
  }
}

import { AwsError } from '../awsError.ts';

const simpleQueueService = (code: string): string => `AWS.SimpleQueueService.${code}`;

/** Codes of the older query protocol, where they differ (`x-amzn-query-error`, Amazon SQS API Reference). */
const queryCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: simpleQueueService('NonExistentQueue'),
  QueueNameExists: 'QueueAlreadyExists',
  QueueDeletedRecently: simpleQueueService('QueueDeletedRecently'),
  EmptyBatchRequest: simpleQueueService('EmptyBatchRequest'),
  TooManyEntriesInBatchRequest: simpleQueueService('TooManyEntriesInBatchRequest'),
  BatchEntryIdsNotDistinct: simpleQueueService('BatchEntryIdsNotDistinct'),
  BatchRequestTooLong: simpleQueueService('BatchRequestTooLong'),
  InvalidBatchEntryId: simpleQueueService('InvalidBatchEntryId'),
  MessageNotInflight: simpleQueueService('MessageNotInflight'),
  KmsAccessDenied: 'KMS.AccessDeniedException',
  KmsDisabled: 'KMS.DisabledException',
  KmsInvalidState: 'KMS.InvalidStateException',
  KmsNotFound: 'KMS.NotFoundException',
  AccessDeniedException: 'AccessDenied',
};

/** An error of SQS under its name in the JSON protocol; the older name goes along. */
export function sqsError(code: string, message: string): AwsError {
  return new AwsError(code, message, {
    queryCode: queryCodes[code] ?? code,
    ...(code === 'AccessDeniedException' ? { status: 403 } : {}),
  });
}

export function missing(parameter: string): AwsError {
  return sqsError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

export function invalidValue(parameter: string, value: string | number, reason: string): AwsError {
  return sqsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function queueDoesNotExist(): AwsError {
  return sqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

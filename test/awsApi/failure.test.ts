import { describe, expect, it } from 'vitest';
import { awsFault } from '../../src/awsApi/awsFault.ts';
import { failureOf } from '../../src/awsApi/failure.ts';

const refusal = (message: string) =>
  Object.assign(new Error(message), { name: 'com.amazonaws.sqs#AccessDeniedException:http://sqs' });

describe('What an error of AWS says', () => {
  it('is the same at each attempt: without session names and request ids', () => {
    const message =
      'User arn:aws:sts::111111111111:assumed-role/operator/session-17 may not receive (Service: Sqs, Request ID: 1-2); RequestId: 3-4';
    const text = 'User arn:aws:sts::111111111111:assumed-role/operator may not receive';
    expect(failureOf(refusal(message))).toEqual({ name: 'AccessDeniedException', text });
    expect(awsFault(refusal(message))).toEqual({ code: 'AccessDeniedException', message: text });
  });

  it('is its name when it has no message', () => {
    expect(awsFault(refusal(''))).toEqual({
      code: 'AccessDeniedException',
      message: 'AccessDeniedException',
    });
  });

  it('is what was thrown when that is a string', () => {
    expect(awsFault('out of memory')).toEqual({ code: 'UnknownError', message: 'out of memory' });
  });
});

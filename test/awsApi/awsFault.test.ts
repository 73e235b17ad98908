import { describe, expect, it } from 'vitest';
import { classify } from '../../src/aws/classify.ts';
import {
  awsFault,
  hasNoCredentials,
  isDenied,
  isThrottled,
  queueFaultOf,
} from '../../src/awsApi/awsFault.ts';
import { failureOf } from '../../src/awsApi/failure.ts';
import { CloudError } from '../../src/controller/ports.ts';

const named = (name: string) => Object.assign(new Error('words'), { name });

const names = [
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'NotAuthorized',
  'OptInRequired',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'SignatureDoesNotMatch',
  'ThrottlingException',
  'TokenProviderError',
  'TooManyRequestsException',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
];

describe('An error of AWS', () => {
  it.each(names)('%s means the same to the event source and to Organizations', (name) => {
    const verdict = classify(failureOf(named(name)), { operation: 'DescribeOrganization' });
    const fault = awsFault(named(name));
    const reason = hasNoCredentials(fault)
      ? 'CredentialsUnusable'
      : isDenied(fault)
        ? 'AccessDenied'
        : isThrottled(fault)
          ? 'Throttled'
          : 'ObservationFailed';
    expect(verdict).toMatchObject({ reason });
  });

  it('about the credentials is not reported as a missing permission on the queue', () => {
    const error = new CloudError('denied', 'CredentialsUnusable', 'credentials', 'Run: aws sso login');
    expect(queueFaultOf(awsFault(error))).toBe('CredentialsUnusable');
    expect(queueFaultOf(awsFault(named('TokenProviderError')))).toBe('CredentialsUnusable');
    expect(queueFaultOf(awsFault(named('AccessDenied')))).toBe('Denied');
  });
});

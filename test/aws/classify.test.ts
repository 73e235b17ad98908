import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, type Question, type Verdict } from '../../src/aws/classify.ts';
import { type OperationName, operations } from '../../src/aws/operations.ts';
import { type Failure, failureOf, readable } from '../../src/awsApi/failure.ts';
import { reasons } from '../../src/crds/reasons.ts';

const sso = 'sso.amazonaws.com';

function verdictOf(failure: Partial<Failure>, question: Partial<Question> = {}): Verdict {
  return classify(
    { name: 'X', status: 400, text: 'words', ...failure },
    { operation: 'RegisterDelegatedAdministrator', principal: sso, ...question },
  );
}

const constraint = (reason: string): Partial<Failure> => ({ name: 'ConstraintViolationException', reason });

type Row = readonly [failure: Partial<Failure>, question: Partial<Question>, kind: string, reason: string];

const enable: Partial<Question> = { operation: 'EnableAWSServiceAccess' };
const disable: Partial<Question> = { operation: 'DisableAWSServiceAccess' };
const list: Partial<Question> = { operation: 'ListAWSServiceAccessForOrganization' };

const refusals: readonly Row[] = [
  [constraint('SERVICE_ACCESS_NOT_ENABLED'), {}, 'notEnabled', 'Progressing'],
  [constraint('DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE'), {}, 'slotTaken', 'TooManyAdministrators'],
  [
    constraint('MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED'),
    {},
    'slotTaken',
    'TooManyAdministrators',
  ],
  [
    constraint('DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE'),
    disable,
    'conflict',
    'AdministratorsUnmanaged',
  ],
  [{ name: 'AccountAlreadyRegisteredException' }, disable, 'conflict', 'AdministratorsUnmanaged'],
  [
    constraint('CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR'),
    {},
    'blocked',
    'ManagementAccountNotAllowed',
  ],
  [
    constraint('CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR'),
    {},
    'blocked',
    'AccountNotActive',
  ],
  [constraint('ORGANIZATION_NOT_IN_ALL_FEATURES_MODE'), list, 'blocked', 'NotAllFeatures'],
  [constraint('POLICY_TYPE_ENABLED_FOR_THIS_SERVICE'), disable, 'blocked', 'Blocked'],
  [constraint('A_REASON_OF_NEXT_YEAR'), enable, 'blocked', 'Blocked'],
  [constraint('constructor'), enable, 'blocked', 'Blocked'],
  [
    { name: 'InvalidInputException', reason: 'UNRECOGNIZED_SERVICE_PRINCIPAL' },
    {},
    'transient',
    'UnrecognizedServicePrincipal',
  ],
  [
    { name: 'InvalidInputException', reason: 'UNRECOGNIZED_SERVICE_PRINCIPAL' },
    { principal: 'nobody.amazonaws.com' },
    'blocked',
    'UnrecognizedServicePrincipal',
  ],
  [{ name: 'InvalidInputException', reason: 'INVALID_PATTERN' }, {}, 'blocked', 'Blocked'],
  [{ name: 'AccountNotFoundException' }, {}, 'blocked', 'AccountNotFound'],
  [
    { name: 'AccountNotFoundException' },
    { operation: 'DeregisterDelegatedAdministrator' },
    'blocked',
    'AccountNotFound',
  ],
  [{ name: 'AWSOrganizationsNotInUseException' }, enable, 'blocked', 'OrganizationNotInUse'],
  [{ name: 'UnsupportedAPIEndpointException' }, enable, 'blocked', 'Blocked'],
  [{ name: 'AccessDeniedException' }, enable, 'denied', 'AccessDenied'],
  [{ name: 'AccessDenied', status: 403 }, { operation: 'GetRole' }, 'denied', 'AccessDenied'],
  [{ name: 'AccessDeniedForDependencyException' }, enable, 'denied', 'AccessDenied'],
  [{ name: 'SomethingNew', status: 403 }, enable, 'denied', 'AccessDenied'],
  [{ name: 'ExpiredTokenException' }, enable, 'denied', 'CredentialsUnusable'],
  [{ name: 'ExpiredToken', status: 403 }, { operation: 'AssumeRole' }, 'denied', 'CredentialsUnusable'],
  [
    { name: 'SomethingNew', status: 403 },
    { operation: 'GetCallerIdentity' },
    'denied',
    'CredentialsUnusable',
  ],
  [
    { name: 'InvalidClientTokenId', status: 403 },
    { operation: 'GetCallerIdentity' },
    'denied',
    'CredentialsUnusable',
  ],
  [{ name: 'UnrecognizedClientException' }, enable, 'denied', 'CredentialsUnusable'],
  [{ name: 'CredentialsProviderError' }, enable, 'denied', 'CredentialsUnusable'],
  [{ name: 'ConcurrentModificationException' }, enable, 'conflict', 'Progressing'],
  [
    { name: 'ConcurrentModificationException' },
    { operation: 'DescribeOrganization' },
    'conflict',
    'ObservationFailed',
  ],
  [{ name: 'TooManyRequestsException' }, enable, 'throttled', 'Throttled'],
  [{ name: 'ThrottlingException' }, { operation: 'ListInstances' }, 'throttled', 'Throttled'],
  [{ name: 'Throttling' }, { operation: 'GetRole' }, 'throttled', 'Throttled'],
  [{ name: 'SomethingNew', status: 429 }, list, 'throttled', 'Throttled'],
  [{ name: 'ServiceException', status: 500 }, list, 'transient', 'ObservationFailed'],
  [{ name: 'ServiceException', status: 500 }, enable, 'transient', 'Progressing'],
  [{ name: 'SomethingNew', status: 503 }, list, 'transient', 'ObservationFailed'],
  [{ name: 'FinalizingOrganizationException' }, enable, 'transient', 'Progressing'],
  [{ name: 'SomethingNew', status: 418 }, list, 'blocked', 'Blocked'],
];

const networkFailures = ['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT'];

const untrusted = [
  ['SELF_SIGNED_CERT_IN_CHAIN', 'AWS_CA_BUNDLE'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'AWS_CA_BUNDLE'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'AWS_CA_BUNDLE'],
  ['CERT_HAS_EXPIRED', 'clock'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'AWS_ENDPOINT_URL'],
];

describe('a failure of AWS', () => {
  it.each(refusals)('%j asked by %j is %s for reason %s', (failure, question, error, reason) => {
    expect(verdictOf(failure, question)).toMatchObject({ kind: 'Failed', error, reason });
  });

  it.each(untrusted)(
    'a certificate that cannot be trusted (%s) does not pass, and names %s',
    (code, remedy) => {
      const failure: Failure = { name: 'Error', code, text: 'words' };
      const verdict = classify(failure, { operation: 'DescribeOrganization' });
      expect(verdict).toMatchObject({ error: 'denied', reason: 'ObservationFailed' });
      expect(verdict).toHaveProperty('message', expect.stringContaining(remedy));
    },
  );

  it.each([
    [12 * 60_000, '12 minutes behind'],
    [-3 * 3_600_000, '180 minutes ahead of'],
  ])('a clock that is off by %d ms is named in place of the signature', (skewMilliseconds, words) => {
    const failure: Failure = { name: 'SignatureDoesNotMatch', status: 403, text: 'x', skewMilliseconds };
    expect(classify(failure, { operation: 'DescribeOrganization' })).toMatchObject({
      reason: 'CredentialsUnusable',
      message: expect.stringContaining(words),
    });
  });

  it.each(networkFailures)('names a failure of the network (%s), and treats it as temporary', (code) => {
    const failure: Failure = { name: 'Error', code, text: 'words' };
    const verdict = classify(failure, { operation: 'DescribeOrganization' });
    expect(verdict).toMatchObject({ error: 'transient', reason: 'ObservationFailed' });
    expect(verdict).toHaveProperty('message', expect.stringContaining(code));
  });

  it.each([
    [{ name: 'AccountAlreadyRegisteredException' }, { operation: 'RegisterDelegatedAdministrator' as const }],
    [{ name: 'AccountNotRegisteredException' }, { operation: 'DeregisterDelegatedAdministrator' as const }],
    [constraint('SERVICE_ACCESS_NOT_ENABLED'), { operation: 'DisableAWSServiceAccess' as const }],
  ])('%j asked by %j means that it is so already', (failure, question) => {
    expect(verdictOf(failure, question)).toEqual({ kind: 'Done' });
  });

  it.each([
    [{ name: 'AWSOrganizationsNotInUseException' }, { operation: 'DescribeOrganization' as const }],
    [{ name: 'AccountNotFoundException' }, { operation: 'DescribeAccount' as const }],
    [{ name: 'NoSuchEntityException', status: 404 }, { operation: 'GetRole' as const }],
    [{ name: 'NoSuchEntity', status: 404 }, { operation: 'GetRole' as const }],
    [{ name: 'UnrecognizedClientException' }, { operation: 'ListInstances' as const, optInRegion: true }],
  ])('%j asked by %j means that there is none', (failure, question) => {
    expect(verdictOf(failure, question)).toEqual({ kind: 'Absent' });
  });

  it('does not take a failure of the credentials in a default region for absence', () => {
    const verdict = verdictOf({ name: 'UnrecognizedClientException' }, { operation: 'ListInstances' });
    expect(verdict).toMatchObject({ error: 'denied', credentials: true });
  });

  it('names the role that cannot be assumed', () => {
    const role = 'arn:aws:iam::111111111111:role/operator';
    for (const name of ['AccessDenied', 'ExpiredToken', 'CredentialsProviderError']) {
      expect(verdictOf({ name, status: 403 }, { operation: 'AssumeRole', role })).toHaveProperty(
        'message',
        expect.stringContaining(role),
      );
    }
  });

  it('shows the words of AWS for an unknown reason', () => {
    expect(verdictOf({ ...constraint('NEW'), text: 'ask your partner' })).toHaveProperty(
      'message',
      'ask your partner (NEW)',
    );
  });
});

// ── Whatever is thrown ───────────────────────────────────────────────────────────────────────────

const operationName = fc.constantFrom(...(Object.keys(operations) as OperationName[]));
const question: fc.Arbitrary<Question> = fc.record(
  {
    operation: operationName,
    principal: fc.oneof(fc.constant(sso), fc.string()),
    role: fc.string(),
    optInRegion: fc.boolean(),
  },
  { requiredKeys: ['operation'] },
);
const names = refusals.flatMap(([{ name }]) => (name === undefined ? [] : [name]));
const thrown: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything(),
  fc.record(
    {
      name: fc.oneof(fc.constantFrom(...names), fc.string(), fc.anything()),
      Reason: fc.oneof(
        fc.constantFrom('SERVICE_ACCESS_NOT_ENABLED', '__proto__', 'toString'),
        fc.string(),
        fc.anything(),
      ),
      message: fc.oneof(fc.string({ unit: 'binary', maxLength: 2_000 }), fc.anything()),
      code: fc.oneof(fc.constantFrom('ECONNRESET', 'ETIMEDOUT'), fc.anything()),
      cause: fc.anything(),
      $metadata: fc.oneof(fc.record({ httpStatusCode: fc.integer() }), fc.anything()),
    },
    { requiredKeys: [] },
  ),
);
const kinds = ['transient', 'throttled', 'conflict', 'denied', 'blocked', 'slotTaken', 'notEnabled'];

describe('whatever is thrown', () => {
  it('has exactly one verdict, whose words can be shown', () => {
    fc.assert(
      fc.property(thrown, question, (error, asked) => {
        const verdict = classify(failureOf(error), asked);
        if (verdict.kind !== 'Failed') return;
        expect(kinds).toContain(verdict.error);
        expect(reasons).toContain(verdict.reason);
        expect(verdict.message).not.toBe('');
        expect(verdict.message.length).toBeLessThan(1_500);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is one line, bounded, without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (words) => {
        const shown = readable(words);
        expect(shown).not.toMatch(/\p{C}/u);
        expect([...shown].length).toBeLessThanOrEqual(300);
      }),
    );
  });

  it('survives an error that fights back', () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
    });
    expect(failureOf(hostile)).toEqual({ name: 'UnknownError', text: '' });
  });

  it('does not repeat session names, which change with every renewal', () => {
    const words =
      'User: arn:aws:sts::111111111111:assumed-role/operator/botocore-session-17 is not authorized';
    expect(readable(words)).toBe('User: arn:aws:sts::111111111111:assumed-role/operator is not authorized');
  });

  it('reports the network code of a connection that failed on every address', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(failureOf(new AggregateError([refused])).code).toBe('ECONNREFUSED');
    expect(failureOf(new Error('y', { cause: refused })).code).toBe('ECONNREFUSED');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subscribedSources } from '../../src/eventFormat/subscribedEvents.ts';
import { ignoredReasons, parseMessage } from '../../src/events/envelope.ts';
import { affects } from '../../src/events/wakeUps.ts';
import { changeOf, envelopeOf, fixture, fixtureNames, message, noon } from './fixture.ts';

const management = '111111111111';
const parse = (body: string) => parseMessage(body, noon);
const reasonOf = (body: string) => {
  const received = parse(body);
  return received.kind === 'Ignored' ? received.reason : received.kind;
};

describe('every subscribed event', () => {
  const names = subscribedSources.flatMap(({ events }) => Object.keys(events));

  it.each(names)('%s has a fixture and is parsed as a change', (name) => {
    const change = changeOf(fixture(name));
    expect(change.eventName).toBe(name);
    expect(change.at).toBe(Date.parse('2026-03-01T11:59:58Z'));
    expect(change.evidence.eventId).toBe(change.eventId);
    expect(change.evidence.source).toBe('Event');
  });

  const everybody = { kind: 'Organization' };
  const none = { kind: 'None' };
  const member = { kind: 'Account', accountId: '222222222222' };
  const sso = { kind: 'Principal', principal: 'sso.amazonaws.com' };
  it.each([
    ['EnableAWSServiceAccess', sso],
    ['DisableAWSServiceAccess', sso],
    ['RegisterDelegatedAdministrator', sso],
    ['DeregisterDelegatedAdministrator', sso],
    ['EnableAllFeatures', everybody],
    ['AcceptHandshake', everybody],
    ['CreateAccount', none],
    ['CreateAccountResult', { kind: 'Account', accountId: '333333333333' }],
    ['InviteAccountToOrganization', none],
    ['RemoveAccountFromOrganization', member],
    ['CloseAccount', member],
    ['CloseAccountResult', member],
    ['AccountJoinedOrganization', { kind: 'Account', accountId: '333333333333' }],
    ['AccountDepartedOrganization', member],
    ['CreateOrganization', everybody],
    ['DeleteOrganization', everybody],
    ['DisablePolicyType', { kind: 'Blocked' }],
    ['StartSSO', sso],
    ['DeleteInstance', sso],
    ['CreateServiceLinkedRole', sso],
    ['DeleteServiceLinkedRole', sso],
  ])('%s concerns %o', (name, affected) => {
    const change = changeOf(fixture(name));
    expect(change.managementAccountId).toBe(management);
    expect(affects(change)).toEqual(affected);
  });

  it('concerns the whole organization when the principal it should name cannot be read', () => {
    const change = changeOf(
      message('DisableAWSServiceAccess', { requestParameters: { servicePrincipal: 7 } }),
    );
    expect(affects(change)).toEqual(everybody);
  });

  it.each([
    ['RegisterDelegatedAdministrator', '222222222222'],
    ['RemoveAccountFromOrganization', '222222222222'],
    ['CreateAccountResult', '333333333333'],
    ['CloseAccountResult', '222222222222'],
    ['AccountDepartedOrganization', '222222222222'],
  ])('%s names the account that it is about', (name, accountId) => {
    expect(changeOf(fixture(name)).accountId).toBe(accountId);
  });
});

describe('the strings of a record', () => {
  it('give the address, and the marks by which the operator recognizes its own calls', () => {
    const { evidence, marks } = changeOf(fixture('DisableAWSServiceAccess'));
    expect(evidence.sourceIp).toBe('203.0.113.7');
    expect(marks).toMatchObject({
      callerArn: `arn:aws:sts::${management}:assumed-role/OrganizationAdmins/alice`,
      issuerArn: `arn:aws:iam::${management}:role/OrganizationAdmins`,
      userAgent: expect.stringContaining('aws-cli/'),
    });
  });
});

describe('what changed nothing', () => {
  it.each([
    ['DisableAWSServiceAccess-denied', 'AccessDenied'],
    ['RegisterDelegatedAdministrator-refused', 'ConstraintViolationException'],
    ['CreateAccountResult-failed', 'EMAIL_ALREADY_EXISTS'],
  ])('%s is a failure', (name, errorCode) => {
    expect(parse(fixture(name))).toMatchObject({ kind: 'Failed', errorCode });
  });
});

describe('a message that cannot be parsed has its own result', () => {
  const base = envelopeOf('DisableAWSServiceAccess');
  const body = (change: Record<string, unknown>) => JSON.stringify({ ...base, ...change });
  const detail = (change: Record<string, unknown>) => body({ detail: { ...base.detail, ...change } });

  const cases: readonly (readonly [string, string])[] = [
    ['TooBig', `"${'x'.repeat(600_000)}"`],
    ['NotJson', ''],
    ['NotJson', 'hello'],
    ['NotJson', fixture('DisableAWSServiceAccess').slice(0, -20)],
    ['NotJson', '['.repeat(100_000)],
    ['NotAnObject', 'null'],
    ['NotAnObject', '[]'],
    ['NotAnObject', '7'],
    ['NoSource', '{}'],
    ['NoSource', body({ source: null })],
    ['OtherSource', body({ source: 'aws.ec2' })],
    ['OtherSource', body({ source: '__proto__' })],
    ['OtherSource', detail({ eventSource: 'ec2.amazonaws.com' })],
    ['OtherDetailType', body({ 'detail-type': 'AWS Console Sign In via CloudTrail' })],
    [
      'OtherDetailType',
      JSON.stringify({ source: 'trusted-access-operator', 'detail-type': 'Drift Detected' }),
    ],
    ['NoDetail', body({ detail: 'x' })],
    ['UnknownName', detail({ eventName: 'MoveAccount' })],
    ['UnknownName', detail({ eventName: 'constructor' })],
    ['NoEventId', JSON.stringify({ ...base, id: 7, detail: { ...base.detail, eventID: '' } })],
    [
      'NoAccount',
      JSON.stringify({ ...base, account: 'x', detail: { ...base.detail, recipientAccountId: 1 } }),
    ],
    [
      'BadHeartbeat',
      JSON.stringify({ source: 'trusted-access-operator', 'detail-type': 'Heartbeat', detail: {} }),
    ],
    ['S3Notification', '{"Records":[{"eventSource":"aws:s3"}]}'],
    ['LogFile', '{"Records":[]}'],
    ['Compressed', 'H4sIAAAAAAAA'],
    ['UnconfirmedSubscription', '{"Type":"SubscriptionConfirmation"}'],
  ];

  it.each(cases)('%s: %.60s', (reason, text) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('has a case for every reason', () => {
    expect(new Set(cases.map(([reason]) => reason))).toEqual(new Set(ignoredReasons));
  });

  it('takes the account from the record when the envelope has none', () => {
    expect(changeOf(body({ account: undefined })).managementAccountId).toBe(management);
  });

  it('never dates a change later than its receipt', () => {
    expect(changeOf(detail({ eventTime: '2999-01-01T00:00:00Z' })).at).toBe(noon);
    expect(changeOf(detail({ eventTime: 'yesterday' })).at).toBe(Date.parse(String(base['time'])));
  });
});

describe('whatever is sent', () => {
  const check = (body: string) => {
    const received = parse(body);
    switch (received.kind) {
      case 'Ignored':
        expect(ignoredReasons).toContain(received.reason);
        return;
      case 'Failed':
        expect(received.eventId).not.toBe('');
        return;
      case 'Heartbeat':
        expect(Number.isFinite(received.heartbeat.sentAt)).toBe(true);
        return;
      case 'Change': {
        expect(received.managementAccountId).toMatch(/^\d{12}$/);
        expect(received.at).toBeLessThanOrEqual(noon);
        const { by, arn = '', onBehalfOf, via = '', sourceIp = '' } = received.evidence;
        for (const text of [by, arn, via, sourceIp, ...Object.values(onBehalfOf ?? {})]) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
          expect(text.length).toBeLessThanOrEqual(4_096);
        }
        affects(received);
      }
    }
  };

  it('is classified: any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), check), { numRuns: 500 });
  });

  it('is classified: every fixture with members replaced, removed and cut [F-A7b]', () => {
    const path = fc.array(fc.nat(), { minLength: 1, maxLength: 6 });
    const mutation = fc.record({
      name: fc.constantFrom(...fixtureNames),
      path,
      value: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant(undefined)),
      cut: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), ([first, ...more]) => {
        if (first === undefined) return;
        const json = envelopeOf(first.name);
        for (const { path, value } of [first, ...more]) replace(json, path, value);
        const text = JSON.stringify(json);
        check(first.cut === null ? text : text.slice(0, first.cut % (text.length + 1)));
      }),
      { numRuns: 3_000 },
    );
  });
});

/** Walks down by position and replaces what is there. */
function replace(json: object, path: readonly number[], value: unknown): void {
  let at = json as Record<string, unknown>;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const inside = at[key];
    if (depth === path.length - 1 || typeof inside !== 'object' || inside === null) {
      at[key] = value;
      return;
    }
    at = inside as Record<string, unknown>;
  }
}

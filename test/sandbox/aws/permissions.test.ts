import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/aws/awsError.ts';
import { iamUser, roleSession } from '../../../sandbox/aws/callers.ts';
import { allows, type Statement } from '../../../sandbox/aws/identity.ts';
import { putRole, putUser } from '../../../sandbox/aws/seed.ts';
import type { Trust } from '../../../sandbox/aws/state.ts';
import { alpha, type Founded, found, management, sso, verdict } from './seeded.ts';

const principal = { ServicePrincipal: sso };

describe('policies', () => {
  const enable = 'organizations:EnableAWSServiceAccess';
  it.each<[string, Statement[], string | undefined, boolean]>([
    ['nothing is allowed unless said', [], sso, false],
    ['the action by name', [{ actions: [enable] }], sso, true],
    ['the action in other letters', [{ actions: [enable.toLowerCase()] }], sso, true],
    ['another action', [{ actions: ['organizations:DescribeOrganization'] }], sso, false],
    ['everything', [{ actions: ['*'] }], sso, true],
    ['everything of the service', [{ actions: ['organizations:*'] }], sso, true],
    ['everything of another service', [{ actions: ['sso:*'] }], sso, false],
    ['a denial wins', [{ actions: ['*'] }, { effect: 'Deny', actions: [enable] }], sso, false],
    ['only this principal, and it is', [{ actions: [enable], servicePrincipals: [sso] }], sso, true],
    [
      'only this principal, and it is another',
      [{ actions: [enable], servicePrincipals: [sso] }],
      'a.b',
      false,
    ],
    [
      'only this principal, and there is none',
      [{ actions: [enable], servicePrincipals: [sso] }],
      undefined,
      false,
    ],
  ])('%s', (_, statements, servicePrincipal, allowed) => {
    expect(allows(statements, enable, servicePrincipal)).toBe(allowed);
  });
});

it('a policy that names accounts allows a change for these accounts only', () => {
  const action = 'organizations:RegisterDelegatedAdministrator';
  const statements = [{ actions: [action], accounts: [alpha] }];
  expect(allows(statements, action, sso, alpha)).toBe(true);
  expect(allows(statements, action, sso, management)).toBe(false);
  expect(allows(statements, action, sso)).toBe(false);
});

describe('a role', () => {
  const session = (founded: Founded, statements: readonly Statement[]) => {
    const { world } = founded.aws;
    const role = putRole(world, management, { name: 'operator', statements });
    return roleSession(world, management, role, { sessionName: 'me' });
  };
  it('gets the name of the missing action when it has only read permissions', () => {
    const founded = found();
    const caller = session(founded, [{ actions: ['organizations:Describe*', 'organizations:List*'] }]);
    expect(verdict(founded.ask('ListAWSServiceAccessForOrganization', {}, caller))).toBe('accepted');
    const answer = founded.ask('EnableAWSServiceAccess', principal, caller);
    expect(answer).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(
        `${caller.arn} is not authorized to perform: organizations:EnableAWSServiceAccess`,
      ),
    });
  });
  it('cannot change another principal', () => {
    const founded = found();
    const caller = session(founded, [
      { actions: ['organizations:EnableAWSServiceAccess'], servicePrincipals: [sso] },
    ]);
    const enable = (ServicePrincipal: string) =>
      verdict(founded.ask('EnableAWSServiceAccess', { ServicePrincipal }, caller));
    expect([enable(sso), enable('ram.amazonaws.com')]).toEqual(['accepted', 'AccessDeniedException']);
  });
  it('loses a permission at once', () => {
    const founded = found();
    const caller = session(founded, [{ actions: ['*'] }]);
    expect(verdict(founded.ask('DescribeOrganization', {}, caller))).toBe('accepted');
    session(founded, []);
    expect(verdict(founded.ask('DescribeOrganization', {}, caller))).toBe('AccessDeniedException');
  });
});

describe('assuming a role', () => {
  const arn = `arn:aws:iam::${management}:role/operator`;
  const assume = (
    founded: Founded,
    trust: readonly Trust[],
    input = {},
    statements?: readonly Statement[],
  ) => {
    const { world } = founded.aws;
    putRole(world, management, { name: 'operator', trust });
    const caller = iamUser(alpha, putUser(world, alpha, 'pod', statements));
    return founded.ask('AssumeRole', { RoleArn: arn, RoleSessionName: 'me', ...input }, caller, 'sts');
  };
  const mayAssume: Statement[] = [{ actions: ['sts:AssumeRole'] }];

  it.each<[string, Trust[], object, Statement[], string]>([
    ['trusts the account', [{ principals: [alpha] }], {}, mayAssume, 'accepted'],
    [
      'trusts the account by its root',
      [{ principals: [`arn:aws:iam::${alpha}:root`] }],
      {},
      mayAssume,
      'accepted',
    ],
    ['trusts the account, which does not let the caller', [{ principals: [alpha] }], {}, [], 'AccessDenied'],
    ['trusts the caller by name', [{ principals: [`arn:aws:iam::${alpha}:user/pod`] }], {}, [], 'accepted'],
    ['trusts another account', [{ principals: ['444444444444'] }], {}, mayAssume, 'AccessDenied'],
    [
      'wants an external id, and none is given',
      [{ principals: [alpha], externalId: 'xyz' }],
      {},
      mayAssume,
      'AccessDenied',
    ],
    [
      'wants an external id, and another is given',
      [{ principals: [alpha], externalId: 'xyz' }],
      { ExternalId: 'abc' },
      mayAssume,
      'AccessDenied',
    ],
    [
      'wants an external id, and gets it',
      [{ principals: [alpha], externalId: 'xyz' }],
      { ExternalId: 'xyz' },
      mayAssume,
      'accepted',
    ],
    ['trusts a service only', [{ principals: [sso] }], {}, mayAssume, 'AccessDenied'],
  ])('is refused for a role that %s', (_, trust, input, statements, expected) => {
    expect(verdict(assume(found(), trust, input, statements))).toBe(expected);
  });
  it('is refused in the same words for a missing role and a role without trust', () => {
    const founded = found();
    const refused = assume(founded, [{ principals: [] }]);
    const missing = founded.ask(
      'AssumeRole',
      { RoleArn: `${arn}-not`, RoleSessionName: 'me' },
      founded.owner,
      'sts',
    );
    expect([verdict(refused), verdict(missing)]).toEqual(['AccessDenied', 'AccessDenied']);
    expect(missing).toMatchObject({
      message: expect.stringContaining('is not authorized to perform: sts:AssumeRole'),
    });
  });
  it('makes keys that call as the session, with its source identity', () => {
    const founded = found();
    const answer = assume(
      founded,
      [{ principals: [alpha] }],
      { SourceIdentity: 'ada', DurationSeconds: 900 },
      mayAssume,
    );
    if (answer instanceof AwsError) throw answer;
    const { AccessKeyId } = answer['Credentials'] as { AccessKeyId: string };
    expect(founded.aws.world.state.credentials.get(AccessKeyId)).toMatchObject({
      expiresAt: founded.clock.now() + 900_000,
      caller: {
        type: 'AssumedRole',
        accountId: management,
        sourceIdentity: 'ada',
        sessionIssuer: { arn },
        accessKeyId: AccessKeyId,
      },
    });
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { roleSession, rootUser } from '../../sandbox/aws/callers.ts';
import type { Caller } from '../../sandbox/aws/identity.ts';
import { issueKeys, putRole } from '../../sandbox/aws/seed.ts';
import { judge } from '../../src/cli/doctor/policySimulation.ts';
import { type Examined, somethingToExamine } from './examined.ts';
import { allBut } from './fault.ts';
import { management, member } from './fixture.ts';

let examined: Examined;

beforeEach(async () => {
  examined = await somethingToExamine();
});
afterEach(() => examined.fixture.stop());

const writes = async (options: Parameters<Examined['examine']>[0] = {}) =>
  (await examined.examine({ eventQueue: [], ...options })).check('writes');
const simulations = () =>
  examined.fixture.aws.journal
    .entries()
    .filter(({ operation }) => operation === 'SimulatePrincipalPolicy')
    .map(({ input }) => input);

const signInAs = (caller: Caller) => {
  const keys = issueKeys(examined.fixture.aws.world, caller);
  vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', keys.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', keys.sessionToken);
};

/** As a session of such a role. */
const signInToRole = (path: string, statements = allBut()) => {
  const { world } = examined.fixture.aws;
  const role = putRole(world, management, { name: 'operators', path, statements });
  signInAs(roleSession(world, management, role, { sessionName: 'pod' }));
  return role.arn;
};

/** As in an AWS simulator that lacks the operation. */
const serviceWithoutSimulation = () => {
  const service = examined.fixture.aws.world.services.get('iam');
  if (service === undefined) throw new Error('no service iam');
  const known = [...service.operations].filter(([name]) => name !== 'SimulatePrincipalPolicy');
  return { ...service, operations: new Map(known) };
};

const enable = 'organizations:EnableAWSServiceAccess';
const register = 'organizations:RegisterDelegatedAdministrator';
const deregister = 'organizations:DeregisterDelegatedAdministrator';
const disable = 'organizations:DisableAWSServiceAccess';
/** All permissions, those to register and deregister for one account only. */
const onlyFor = (account: string) => [
  { actions: [enable, disable, 'organizations:Describe*', 'organizations:List*', 'iam:*'] },
  { actions: [register, deregister], accounts: [account] },
];
const userArn = `arn:aws:iam::${management}:user/operator`;
const resource = `arn:aws:organizations::${management}:account/o-exampleorgid/${management}`;

describe('doctor asks IAM for the write permissions', () => {
  it('doctor passes when IAM allows every write, and asks with resource and service principal', async () => {
    expect(await writes()).toMatchObject({
      status: 'ok',
      found: `IAM allows ${enable}, ${register}, ${deregister}, ${disable} for sso.amazonaws.com`,
      remedy: [],
    });
    expect(simulations()).toEqual([
      {
        PolicySourceArn: userArn,
        'ActionNames.member.1': enable,
        'ActionNames.member.2': register,
        'ActionNames.member.3': deregister,
        'ActionNames.member.4': disable,
        'ResourceArns.member.1': resource,
        'ContextEntries.member.1.ContextKeyName': 'organizations:ServicePrincipal',
        'ContextEntries.member.1.ContextKeyValues.member.1': 'sso.amazonaws.com',
        'ContextEntries.member.1.ContextKeyType': 'string',
      },
    ]);
  });

  it('doctor fails and names each write that IAM denies', async () => {
    examined.fixture.signIn({ statements: allBut(enable, deregister) });
    const { status, found, remedy } = await writes();
    expect(status).toBe('failed');
    expect(found).toBe(`IAM denies ${enable}, ${deregister} for sso.amazonaws.com`);
    expect(remedy[0]).toContain(`grant ${enable}, ${deregister} with the condition`);
    expect(remedy.join('\n')).not.toContain(disable);
  });

  it('doctor passes when IAM denies nothing but disabling, which the level `correct` leaves out', async () => {
    examined.fixture.signIn({ statements: allBut(disable) });
    expect(await writes()).toMatchObject({
      status: 'ok',
      found: `IAM allows ${enable}, ${register}, ${deregister} for sso.amazonaws.com, and not ${disable}, which only disabling needs`,
      remedy: [],
    });
  });

  it('doctor warns that the operator can only observe when the writes are allowed for another service only', async () => {
    const servicePrincipals = ['cloudtrail.amazonaws.com'];
    const reads = ['organizations:Describe*', 'organizations:List*', 'iam:*'];
    const statements = [{ actions: reads }, { actions: [enable, register, deregister], servicePrincipals }];
    examined.fixture.signIn({ statements });
    expect(await writes()).toMatchObject({
      status: 'warning',
      found: `IAM denies ${enable}, ${register}, ${deregister}, ${disable} for sso.amazonaws.com: the operator can only observe`,
    });
    expect(await writes({ servicePrincipal: 'cloudtrail.amazonaws.com' })).toMatchObject({ status: 'ok' });
  });

  it('doctor asks about the present administrator, which a policy that lists accounts has to name', async () => {
    const { aws, signIn } = examined.fixture;
    const input = { ServicePrincipal: 'sso.amazonaws.com', AccountId: member };
    const ask = aws.actAs(signIn(), 'us-east-1');
    ask('organizations', 'EnableAWSServiceAccess', input);
    ask('organizations', 'RegisterDelegatedAdministrator', input);
    examined.fixture.signIn({ statements: onlyFor(member) });
    expect(await writes()).toMatchObject({ status: 'ok' });
    examined.fixture.signIn({ statements: onlyFor('333333333333') });
    expect(await writes()).toMatchObject({
      status: 'failed',
      found: `IAM denies ${register}, ${deregister} for sso.amazonaws.com`,
    });
  });

  it('doctor warns when IAM denies only what a policy may limit to accounts, and no account is known', async () => {
    examined.fixture.signIn({ statements: onlyFor(member) });
    const { status, found, remedy } = await writes();
    expect(status).toBe('warning');
    expect(found).toContain(`and account ${management}; a policy that names its administrators allows`);
    expect(remedy[0]).toContain('ask for an account that you declare: aws iam simulate-principal-policy');
  });

  it('doctor asks for the role of --role-arn, with its path', async () => {
    const trust = [{ principals: [member] }];
    const { arn } = putRole(examined.fixture.aws.world, management, {
      name: 'reader',
      path: '/team/',
      trust,
    });
    examined.fixture.signIn({ accountId: member });
    expect((await writes({ roleArn: arn })).status).toBe('ok');
    expect(simulations()).toMatchObject([{ PolicySourceArn: arn }]);
  });

  it('doctor asks for the role behind a session, with the path that the session does not name', async () => {
    const arn = signInToRole('/team/');
    expect((await writes()).status).toBe('ok');
    expect(simulations()).toMatchObject([{ PolicySourceArn: arn }]);
  });

  it('doctor asks for the role behind a session without a path when it may not read the role', async () => {
    const arn = signInToRole('/', allBut('iam:GetRole'));
    expect((await writes()).status).toBe('ok');
    expect(simulations()).toMatchObject([{ PolicySourceArn: arn }]);
  });
});

it('doctor checks no writes when IAM does not find the role behind a session', async () => {
  signInToRole('/team/', allBut('iam:GetRole'));
  const { status, found, remedy } = await writes();
  expect(status).toBe('skipped');
  expect(found).toContain('cannot be found');
  expect(remedy[0]).toContain('"$(aws iam get-role --role-name operators ');
});

it('doctor checks no writes of a root user, which IAM does not simulate', async () => {
  signInAs(rootUser(examined.fixture.aws.world, management));
  const { status, found } = await writes();
  expect(status).toBe('skipped');
  expect(found).toContain(`IAM simulates only users and roles of account ${management}`);
  expect(simulations()).toEqual([]);
});

it('doctor prints the command when the API does not know the simulation', async () => {
  examined.fixture.aws.world.add(serviceWithoutSimulation());
  const { status, found, remedy } = await writes();
  expect(status).toBe('skipped');
  expect(found).toContain('iam:SimulatePrincipalPolicy: Could not find operation SimulatePrincipalPolicy');
  expect(remedy[0]).toContain(userArn);
});

it('doctor prints the command for IAM when it may not simulate', async () => {
  examined.fixture.signIn({ statements: allBut('iam:SimulatePrincipalPolicy') });
  const { status, found, remedy } = await writes();
  expect(status).toBe('skipped');
  expect(found).toContain(register);
  expect(found).toContain('iam:SimulatePrincipalPolicy is not permitted');
  const [command, more, grant] = remedy;
  // Only correct-and-disable.json allows disabling, so the command leaves it out.
  expect(command).toBe(
    `ask IAM instead: aws iam simulate-principal-policy --policy-source-arn ${userArn} --action-names ${enable} ${register} ${deregister} --resource-arns ${resource} --context-entries ContextKeyName=organizations:ServicePrincipal,ContextKeyValues=sso.amazonaws.com,ContextKeyType=string`,
  );
  expect(more).toContain(disable);
  expect(grant).toBe('to let doctor ask IAM, grant iam:SimulatePrincipalPolicy (optional)');
});

describe('the answer of a policy simulation', () => {
  it('is unknown when IAM leaves an action out', () => {
    const found = [{ EvalActionName: enable, EvalDecision: 'allowed' as const }];
    expect(judge([enable, register], found)).toMatchObject({
      kind: 'Unknown',
      why: expect.stringContaining(register),
    });
  });

  it('is unknown when a denial depends on a context key that the simulation lacks', () => {
    const one = { EvalActionName: enable, EvalDecision: 'implicitDeny' as const };
    expect(judge([enable], [{ ...one, MissingContextValues: ['aws:SourceIp'] }])).toMatchObject({
      kind: 'Unknown',
      why: expect.stringContaining('aws:SourceIp'),
    });
    expect(judge([enable], [one])).toEqual({ kind: 'Answered', denied: [enable] });
  });
});

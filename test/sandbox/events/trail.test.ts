import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awsService,
  iamUser,
  identityCenterUser,
  roleSession,
  rootUser,
} from '../../../src/sandbox/callers.ts';
import { manualClock } from '../../../src/sandbox/clock.ts';
import { addEventHalf } from '../../../src/sandbox/events/eventHalf.ts';
import type { JsonObject } from '../../../src/sandbox/events/json.ts';
import { unreliable } from '../../../src/sandbox/events/trail.ts';
import type { Selectors } from '../../../src/sandbox/events/trails.ts';
import {
  addAccount,
  addIdentityCenter,
  addOrganization,
  putRole,
  putUser,
} from '../../../src/sandbox/founding.ts';
import type { Caller } from '../../../src/sandbox/identity.ts';
import { seededRandom } from '../../../src/sandbox/random.ts';
import { createSimulatedAws } from '../../../src/sandbox/simulatedAws.ts';
import { management, member } from './stage.ts';

const stranger = '333333333333';
const sso = { ServicePrincipal: 'sso.amazonaws.com' };
const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** An organization on a clock of its own, and all that its default bus in us-east-1 hears. */
function start({ seed = 1, trail = true, partition = 'aws', account = management } = {}) {
  const clock = manualClock(Date.UTC(2026, 4, 3, 21, 5, 9));
  const aws = createSimulatedAws({ clock, seed, settings: { throttles: 'off' } });
  const half = addEventHalf(aws);
  addOrganization(aws.world, { managementAccountId: management, members: [member], partition });
  addAccount(aws.world, { id: stranger, partition });
  if (trail) half.cloudTrail.put({ account, partition });
  const heard: JsonObject[] = [];
  const listen = (
    listener: string,
    region: string,
    state?: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
  ) => {
    const bus = half.buses.find({ partition, account: listener, region });
    const rule = half.buses.putRule(bus, {
      name: 'all',
      eventPattern: '{"account":[{"exists":true}]}',
      ...(state ? { state } : {}),
    });
    half.buses.putTarget(bus, rule, {
      id: 'anything',
      arn: `arn:${partition}:lambda:${region}:${listener}:function:f`,
      deadLetterArn: undefined,
      messageGroupId: undefined,
      input: undefined,
      inputPath: undefined,
      transformer: undefined,
      members: {},
    });
  };
  half.buses.deliveries.subscribe(({ event }) => heard.push(event));
  const act = (
    caller: Caller,
    operation: string,
    input = {},
    service = 'organizations',
    region = 'us-east-1',
  ) => aws.actAs(caller, region)(service, operation, input);
  return { clock, aws, half, heard, listen, act, root: rootUser(aws.world, management) };
}

const details = (heard: readonly JsonObject[]) => heard.map((event) => event['detail']);
const names = (heard: readonly JsonObject[]) =>
  heard.map((event) => Object(event['detail']).eventName as unknown);

describe('the record of each event the operator lives on', () => {
  const everyField = {
    eventVersion: expect.stringMatching(/^1\.\d+$/),
    eventTime: expect.stringMatching(/^2026-05-03T21:\d\d:\d\dZ$/),
    eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    managementEvent: true,
    eventCategory: 'Management',
    readOnly: false,
    responseElements: null,
  };
  const apiCall = {
    ...everyField,
    eventType: 'AwsApiCall',
    eventSource: 'organizations.amazonaws.com',
    awsRegion: 'us-east-1',
    requestID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    recipientAccountId: management,
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'organizations.us-east-1.amazonaws.com',
    },
  };
  const serviceEvent = {
    ...everyField,
    eventType: 'AwsServiceEvent',
    eventSource: 'organizations.amazonaws.com',
    requestParameters: null,
    recipientAccountId: management,
    userIdentity: { accountId: management, invokedBy: 'AWS Internal' },
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
  };
  type Stage = ReturnType<typeof start>;
  const administrator = { ...sso, AccountId: member };
  const memberOf = ({ aws }: Stage) => rootUser(aws.world, member);
  const enable = (stage: Stage) => stage.act(stage.root, 'EnableAWSServiceAccess', sso);

  const cases: readonly (readonly [what: string, does: (stage: Stage) => void, told: object[]])[] = [
    [
      'EnableAWSServiceAccess',
      enable,
      [
        {
          ...apiCall,
          eventName: 'EnableAWSServiceAccess',
          requestParameters: { servicePrincipal: 'sso.amazonaws.com' },
        },
      ],
    ],
    [
      'DisableAWSServiceAccess',
      (stage) => {
        enable(stage);
        stage.act(stage.root, 'DisableAWSServiceAccess', sso);
      },
      [
        {
          ...apiCall,
          eventName: 'DisableAWSServiceAccess',
          requestParameters: { servicePrincipal: 'sso.amazonaws.com' },
        },
      ],
    ],
    [
      'RegisterDelegatedAdministrator and DeregisterDelegatedAdministrator',
      (stage) => {
        enable(stage);
        stage.act(stage.root, 'RegisterDelegatedAdministrator', administrator);
        stage.act(stage.root, 'DeregisterDelegatedAdministrator', administrator);
      },
      ['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'].map((eventName) => ({
        ...apiCall,
        eventName,
        requestParameters: { servicePrincipal: 'sso.amazonaws.com', accountId: member },
      })),
    ],
    [
      'CreateAccount and its result',
      ({ act, root }) => act(root, 'CreateAccount', { AccountName: 'new', Email: 'new@example.com' }),
      [
        {
          ...apiCall,
          eventName: 'CreateAccount',
          requestParameters: { accountName: hidden, email: hidden },
          responseElements: {
            createAccountStatus: {
              state: 'IN_PROGRESS',
              accountName: hidden,
              requestedTimestamp: 'May 3, 2026 9:05:09 PM',
            },
          },
        },
        {
          ...serviceEvent,
          eventName: 'CreateAccountResult',
          serviceEventDetails: {
            createAccountStatus: {
              id: expect.stringMatching(/^car-/),
              state: 'SUCCEEDED',
              accountName: '****',
              accountId: expect.stringMatching(/^\d{12}$/),
              requestedTimestamp: 'May 3, 2026 9:05:09 PM',
              completedTimestamp: 'May 3, 2026 9:05:09 PM',
            },
          },
        },
      ],
    ],
    [
      'InviteAccountToOrganization',
      ({ act, root }) =>
        act(root, 'InviteAccountToOrganization', { Target: { Type: 'ACCOUNT', Id: stranger } }),
      [{ ...apiCall, eventName: 'InviteAccountToOrganization', responseElements: expect.anything() }],
    ],
    [
      'RemoveAccountFromOrganization and the departure',
      ({ act, root }) => act(root, 'RemoveAccountFromOrganization', { AccountId: member }),
      [
        {
          ...apiCall,
          eventName: 'RemoveAccountFromOrganization',
          requestParameters: { accountId: member },
        },
        { ...serviceEvent, eventName: 'AccountDepartedOrganization' },
      ],
    ],
    [
      'the departure of an account that leaves by itself, whose call its own trail has',
      (stage) => stage.act(memberOf(stage), 'LeaveOrganization'),
      [{ ...serviceEvent, eventName: 'AccountDepartedOrganization' }],
    ],
    [
      'an accepted invitation',
      ({ act, root, aws }) => {
        const { Handshake } = act(root, 'InviteAccountToOrganization', {
          Target: { Type: 'ACCOUNT', Id: stranger },
        });
        act(rootUser(aws.world, stranger), 'AcceptHandshake', { HandshakeId: Object(Handshake).Id });
      },
      [{ ...serviceEvent, eventName: 'AccountJoinedOrganization' }],
    ],
    [
      'CloseAccount and its result',
      ({ act, root }) => act(root, 'CloseAccount', { AccountId: member }),
      [
        { ...apiCall, eventName: 'CloseAccount', requestParameters: { accountId: member } },
        {
          ...serviceEvent,
          eventName: 'CloseAccountResult',
          userIdentity: { accountId: management, invokedBy: 'organizations.amazonaws.com' },
          sourceIPAddress: 'organizations.amazonaws.com',
          userAgent: 'organizations.amazonaws.com',
          serviceEventDetails: { closeAccountStatus: { accountId: member, state: 'SUCCEEDED' } },
        },
      ],
    ],
    [
      'DeleteServiceLinkedRole, which IAM records',
      (stage) => {
        stage.act(
          stage.root,
          'CreateServiceLinkedRole',
          { AWSServiceName: 'sso.amazonaws.com' },
          'iam',
          'eu-west-1',
        );
        stage.act(stage.root, 'DeleteServiceLinkedRole', { RoleName: 'AWSServiceRoleForSSO' }, 'iam');
      },
      [
        {
          ...apiCall,
          eventSource: 'iam.amazonaws.com',
          eventName: 'DeleteServiceLinkedRole',
          requestParameters: { roleName: 'AWSServiceRoleForSSO' },
          responseElements: expect.anything(),
          tlsDetails: expect.anything(),
        },
      ],
    ],
    [
      'DeleteInstance, which Identity Center records',
      ({ act, root, aws }) => {
        const { arn } = addIdentityCenter(aws.world, { ownerAccountId: management, region: 'us-east-1' });
        act(root, 'DeleteInstance', { InstanceArn: arn }, 'sso');
      },
      [
        {
          ...apiCall,
          eventSource: 'sso.amazonaws.com',
          eventName: 'DeleteInstance',
          requestParameters: { instanceArn: expect.stringContaining('ssoins-') },
          tlsDetails: expect.anything(),
        },
      ],
    ],
  ];

  it.each(cases)('%s', (_what, does, told) => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    does(stage);
    stage.clock.advance(1000);
    for (const one of told)
      expect(details(stage.heard)).toContainEqual(expect.objectContaining(asMatch(one)));
    const kinds = stage.heard.map((event) => [event['detail-type'], Object(event['detail']).eventType]);
    for (const [detailType, eventType] of kinds) {
      expect(detailType).toBe(
        eventType === 'AwsApiCall' ? 'AWS API Call via CloudTrail' : 'AWS Service Event via CloudTrail',
      );
    }
  });

  /** Structures are matched by what is expected of them. */
  const asMatch = (expected: object): object =>
    Object.fromEntries(
      Object.entries(expected).map(([name, value]) => [
        name,
        typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
          ? expect.objectContaining(asMatch(value))
          : value,
      ]),
    );

  it('is told in the source of its service', () => {
    const { act, root, clock, heard, listen } = start();
    listen(management, 'us-east-1');
    act(root, 'CreateServiceLinkedRole', { AWSServiceName: 'sso.amazonaws.com' }, 'iam');
    act(root, 'EnableAWSServiceAccess', sso);
    clock.advance(1000);
    expect(new Set(heard.map(({ source }) => source))).toEqual(new Set(['aws.organizations', 'aws.iam']));
  });

  it('is told where Organizations is in the partition', () => {
    const { act, root, clock, heard, listen } = start({ partition: 'aws-cn' });
    listen(management, 'cn-northwest-1');
    listen(management, 'us-east-1');
    act(root, 'EnableAWSServiceAccess', sso);
    clock.advance(1000);
    expect(heard[0]).toMatchObject({
      region: 'cn-northwest-1',
      account: management,
      detail: { userIdentity: { arn: `arn:aws-cn:iam::${management}:root` } },
    });
    expect(heard.every(({ region }) => region === 'cn-northwest-1')).toBe(true);
  });
});

describe('who acted, as CloudTrail tells it', () => {
  const identityOf = (callerOf: (stage: ReturnType<typeof start>) => Caller) => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    // Whether they may is another matter: the record is made either way.
    try {
      stage.act(callerOf(stage), 'EnableAWSServiceAccess', sso);
    } catch {}
    stage.clock.advance(1000);
    return Object(
      stage.heard
        .map((event) => event['detail'])
        .find((told) => Object(told).eventName === 'EnableAWSServiceAccess'),
    );
  };
  const session = ({ aws }: ReturnType<typeof start>, more = {}) =>
    roleSession(aws.world, management, putRole(aws.world, management, { name: 'Admin' }), {
      sessionName: 'mallory@example.com',
      ...more,
    });
  const issuer = {
    type: 'Role',
    principalId: expect.stringMatching(/^AROA/),
    arn: `arn:aws:iam::${management}:role/Admin`,
    accountId: management,
    userName: 'Admin',
  };
  const assumed = {
    type: 'AssumedRole',
    principalId: expect.stringMatching(/^AROA\w+:mallory@example\.com$/),
    arn: `arn:aws:sts::${management}:assumed-role/Admin/mallory@example.com`,
    accountId: management,
    accessKeyId: expect.stringMatching(/^ASIA\w{16}$/),
  };
  const attributes = { creationDate: '2026-05-03T21:05:09Z', mfaAuthenticated: 'false' };

  it('the root user', () => {
    expect(identityOf(({ root }) => root).userIdentity).toEqual({
      type: 'Root',
      principalId: management,
      arn: `arn:aws:iam::${management}:root`,
      accountId: management,
      accessKeyId: expect.stringMatching(/^AKIA\w{16}$/),
    });
  });
  it('an IAM user', () => {
    const told = identityOf(({ aws }) => iamUser(management, putUser(aws.world, management, 'alice')));
    expect(told.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: expect.stringMatching(/^AIDA/),
      arn: `arn:aws:iam::${management}:user/alice`,
      accountId: management,
      accessKeyId: expect.stringMatching(/^AKIA\w{16}$/),
      userName: 'alice',
    });
    expect(told).not.toHaveProperty('sessionCredentialFromConsole');
  });
  it('a session of a role, with its issuer', () => {
    expect(identityOf((stage) => session(stage)).userIdentity).toEqual({
      ...assumed,
      sessionContext: { sessionIssuer: issuer, attributes },
    });
  });
  it('a session with a source identity', () => {
    const told = identityOf((stage) => session(stage, { sourceIdentity: 'mallory' }));
    expect(told.userIdentity.sessionContext).toEqual({
      sessionIssuer: issuer,
      attributes,
      sourceIdentity: 'mallory',
    });
  });
  it('a session in the console', () => {
    const told = identityOf((stage) => session(stage, { fromConsole: true }));
    expect(told).toMatchObject({
      sessionCredentialFromConsole: 'true',
      userIdentity: { sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
    });
  });
  it('an Identity Center user behind a session', () => {
    const onBehalfOf = {
      userId: 'u-1',
      identityStoreArn: `arn:aws:identitystore::${management}:identitystore/d-1234567890`,
    };
    expect(identityOf((stage) => session(stage, { onBehalfOf })).userIdentity).toMatchObject({
      ...assumed,
      onBehalfOf,
    });
  });
  it('an Identity Center user alone, who has no ARN', () => {
    const told = identityOf(({ aws }) =>
      identityCenterUser(aws.world, management, { userId: 'u-1', identityStoreId: 'd-1234567890' }),
    );
    expect(told.userIdentity).toEqual({
      type: 'IdentityCenterUser',
      accountId: management,
      onBehalfOf: {
        userId: 'u-1',
        identityStoreArn: `arn:aws:identitystore::${management}:identitystore/d-1234567890`,
      },
      credentialId: expect.any(String),
    });
  });
  it('a service on behalf of a session', () => {
    const invokedBy = 'controltower.amazonaws.com';
    const told = identityOf((stage) => session(stage, { invokedBy }));
    expect(told).toMatchObject({
      userIdentity: { ...assumed, invokedBy },
      sourceIPAddress: invokedBy,
      userAgent: invokedBy,
    });
    expect(told).not.toHaveProperty('tlsDetails');
  });
  it('a service by itself', () => {
    const told = identityOf(() => awsService(management, 'sso.amazonaws.com'));
    expect(told.userIdentity).toEqual({ type: 'AWSService', invokedBy: 'sso.amazonaws.com' });
  });
});

describe('what is told to event buses', () => {
  const actTwice = ({ act, root, clock }: ReturnType<typeof start>) => {
    act(root, 'EnableAWSServiceAccess', sso);
    act(root, 'DescribeOrganization');
    clock.advance(1000);
  };
  const field = (Field: string, more: object) => ({ Field, ...more });
  const advanced = (...FieldSelectors: object[]): Selectors => ({
    kind: 'Advanced',
    selectors: [{ FieldSelectors: JSON.parse(JSON.stringify(FieldSelectors)) }],
  });
  const basic = (more: JsonObject): Selectors => ({ kind: 'Basic', selectors: [more] });
  const managementEvents = field('eventCategory', { Equals: ['Management'] });

  it.each<readonly [string, Selectors, string[]]>([
    ['everything', basic({ ReadWriteType: 'All', IncludeManagementEvents: true }), ['Enable', 'Describe']],
    ['writes', basic({ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }), ['Enable']],
    ['reads', basic({ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }), ['Describe']],
    ['data alone', basic({ ReadWriteType: 'All', IncludeManagementEvents: false }), []],
    [
      'all but one source',
      basic({ ReadWriteType: 'All', ExcludeManagementEventSources: ['organizations.amazonaws.com'] }),
      [],
    ],
    ['all, field by field', advanced(managementEvents), ['Enable', 'Describe']],
    [
      'writes, field by field',
      advanced(managementEvents, field('readOnly', { Equals: ['false'] })),
      ['Enable'],
    ],
    ['data, field by field', advanced(field('eventCategory', { Equals: ['Data'] })), []],
    [
      'all but what begins so',
      advanced(managementEvents, field('eventName', { NotStartsWith: ['Enable'] })),
      ['Describe'],
    ],
    [
      'another source',
      advanced(managementEvents, field('eventSource', { Equals: ['sso.amazonaws.com'] })),
      [],
    ],
  ])('is what the trail selects: %s', (_about, selectors, told) => {
    const stage = start({ trail: false });
    stage.half.cloudTrail.put({ account: management, selectors });
    stage.listen(management, 'us-east-1', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    actTwice(stage);
    const verbs = names(stage.heard).map((name) => String(name).replace(/(AWSService|Organization).*/, ''));
    // Enabling makes the service's role, too.
    expect(verbs.filter((verb) => !verb.startsWith('CreateService'))).toEqual(told);
  });

  it.each<readonly [string, Parameters<ReturnType<typeof start>['half']['cloudTrail']['put']>[0], boolean]>([
    ['there is a trail of the account', { account: management }, true],
    ['the trail does not log', { account: management, isLogging: false }, false],
    ["the trail is another account's", { account: stranger }, false],
    [
      'the trail is of one other region',
      { account: management, homeRegion: 'eu-west-1', multiRegion: false },
      false,
    ],
    [
      'the trail is at home in another region, and of all',
      { account: management, homeRegion: 'eu-west-1' },
      true,
    ],
  ])('depends on the trail: %s', (_about, trail, told) => {
    const stage = start({ trail: false });
    stage.half.cloudTrail.put(trail);
    stage.listen(management, 'us-east-1');
    actTwice(stage);
    expect(names(stage.heard).includes('EnableAWSServiceAccess')).toBe(told);
  });

  it('comes from member accounts through the trail of the organization', () => {
    const stage = start({ trail: false });
    stage.half.cloudTrail.put({ account: management, ofOrganization: true });
    stage.listen(member, 'us-east-1');
    stage.act(
      rootUser(stage.aws.world, member),
      'CreateServiceLinkedRole',
      { AWSServiceName: 'sso.amazonaws.com' },
      'iam',
    );
    stage.clock.advance(1000);
    expect(names(stage.heard)).toEqual(['CreateServiceLinkedRole']);
  });

  it('has no reads for a rule that did not ask for them', () => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    actTwice(stage);
    expect(names(stage.heard)).not.toContain('DescribeOrganization');
  });
});

describe('the delivery of events', () => {
  const toggle = (stage: ReturnType<typeof start>, times: number) => {
    for (let i = 0; i < times; i++) {
      stage.act(stage.root, i % 2 ? 'DisableAWSServiceAccess' : 'EnableAWSServiceAccess', sso);
    }
  };

  it('comes after the answer to the call, and not before its time', () => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    stage.half.cloudTrail.settings.fate = () => [5000];
    toggle(stage, 1);
    stage.clock.advance(4999);
    expect(stage.heard).toEqual([]);
    stage.clock.advance(1);
    expect(names(stage.heard)).toContain('EnableAWSServiceAccess');
  });

  it('follows a script: lost, doubled, out of order', () => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    const script = [[], [20, 30], [10]];
    stage.half.cloudTrail.settings.fate = ({ eventSource }) =>
      eventSource === 'organizations.amazonaws.com' ? (script.shift() ?? []) : [];
    toggle(stage, 3);
    stage.clock.advance(1000);
    expect(names(stage.heard)).toEqual([
      'EnableAWSServiceAccess',
      'DisableAWSServiceAccess',
      'DisableAWSServiceAccess',
    ]);
    const [first, second, third] = stage.heard;
    expect(Object(second?.['detail']).eventID).toBe(Object(third?.['detail']).eventID);
    expect(second?.['id']).not.toBe(third?.['id']);
    expect(Object(first?.['detail']).eventID).not.toBe(Object(second?.['detail']).eventID);
  });

  it('by chance loses, doubles and delays as often as it was told, and the history still has all', () => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    stage.half.cloudTrail.settings.fate = unreliable(seededRandom(7), {
      loss: 0.3,
      double: 0.3,
      from: 100,
      to: 60_000,
    });
    toggle(stage, 1000);
    stage.clock.advance(60_000);
    const calls = stage.heard.filter(({ source }) => source === 'aws.organizations');
    const ids = calls.map((event) => String(Object(event['detail']).eventID));
    const distinct = new Set(ids).size;
    expect(distinct).toBeGreaterThan(600);
    expect(distinct).toBeLessThan(800);
    expect(ids.length - distinct).toBeGreaterThan(150);
    expect(ids.length - distinct).toBeLessThan(270);
    const recorded = stage.half.cloudTrail
      .history(management, 'us-east-1')
      .filter(({ eventSource }) => eventSource === 'organizations.amazonaws.com');
    expect(recorded.length).toBe(1000);
    const order = [...recorded].reverse().map(({ eventId }) => eventId);
    const positions = ids.map((id) => order.indexOf(id));
    expect(positions).not.toEqual([...positions].sort((a, b) => a - b));
  });

  it('is the same for the same seed, ids and all', () => {
    const run = (seed: number) => {
      const stage = start({ seed });
      stage.listen(management, 'us-east-1');
      stage.half.cloudTrail.settings.fate = unreliable(stage.aws.world.random, { loss: 0.2, double: 0.2 });
      toggle(stage, 5);
      stage.clock.advance(10_000);
      return stage.heard;
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        expect(run(seed)).toEqual(run(seed));
      }),
      { numRuns: 10 },
    );
    expect(run(1)).not.toEqual(run(2));
  });
});

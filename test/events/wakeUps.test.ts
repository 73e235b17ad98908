import { describe, expect, it } from 'vitest';
import { resourcesIn, type Stored } from '../../src/controller/ports.ts';
import { statusSchema } from '../../src/crds/status.ts';
import { metadataSchema, specSchema } from '../../src/crds/trustedAccess.ts';
import { resourcesFor, wakeUpKey, wakeUpOf } from '../../src/events/wakeUps.ts';
import { changeOf, fixture, message } from './fixture.ts';

const management = '111111111111';
const [left, other] = ['222222222222', '333333333333'];
const organization = { id: 'o-exampleorgid', managementAccountId: management, partition: 'aws' };
const at = '2026-03-01T12:00:00Z';

function resource(name: string, spec: object = {}, status: object = {}): Stored {
  const known = { organization, delegatedAdministrators: [], ...status };
  return {
    kind: 'Valid',
    resource: {
      metadata: metadataSchema.parse({ name }),
      spec: specSchema.parse(spec),
      status: statusSchema.parse(known),
    },
  };
}

const stalled = (reason: string) => ({
  conditions: [{ type: 'Stalled', status: 'True', reason, message: 'x', lastTransitionTime: at }],
});
const registered = (accountId: string) => ({ delegatedAdministrators: [{ accountId }] });
const swap = (from: string, to: string) => ({ replacement: { from, to, startedAt: at } });

/** Names of those that the message wakes. */
function wokenBy(body: string, ...stored: readonly Stored[]): readonly string[] {
  const wakeUp = wakeUpOf(changeOf(body));
  if (wakeUp === undefined) return [];
  const resources = resourcesIn(() => stored);
  return resourcesFor(resources, wakeUp);
}

describe('an event about a member account wakes the resources that the account concerns', () => {
  const store = [
    resource('declares', { delegatedAdministrators: [left] }),
    resource('has-registered', {}, registered(left)),
    resource('swaps-from', {}, swap(left, other)),
    resource('swaps-to', {}, swap(other, left)),
    resource('acts-as', { organization: { roleArn: `arn:aws:iam::${left}:role/operator` } }),
    resource('another-account', { delegatedAdministrators: [other] }, registered(other)),
    resource('no-account'),
    resource('unread', {}, { delegatedAdministrators: undefined }),
    resource('new', {}, { organization: undefined }),
    resource(
      'elsewhere',
      { delegatedAdministrators: [left] },
      {
        organization: { ...organization, managementAccountId: '999999999999' },
      },
    ),
  ];
  const concerned = ['declares', 'has-registered', 'swaps-from', 'swaps-to', 'acts-as', 'unread', 'new'];
  const everyone = [...concerned.slice(0, 5), 'another-account', 'no-account', 'unread', 'new'];

  it.each([
    'CloseAccount',
    'CloseAccountResult',
    'RemoveAccountFromOrganization',
    'AccountDepartedOrganization',
  ])(
    '%s wakes those that declare the account, have it registered or swap it, and those that know too little',
    (name) => {
      expect(wokenBy(fixture(name), ...store)).toEqual(concerned);
    },
  );

  it('wakes every resource of the organization when the event names no account', () => {
    const unnamed = message('AccountDepartedOrganization', { serviceEventDetails: { accountId: 'unknown' } });
    expect(wokenBy(unnamed, ...store)).toEqual(everyone);
    expect(wokenBy(message('CloseAccount', { requestParameters: null }), ...store)).toEqual(everyone);
  });

  it('wakes a resource that declares an account which joins or is created', () => {
    const joining = [resource('waits', { delegatedAdministrators: [other] }), resource('not-concerned')];
    expect(wokenBy(fixture('AccountJoinedOrganization'), ...joining)).toEqual(['waits']);
    expect(wokenBy(fixture('CreateAccountResult'), ...joining)).toEqual(['waits']);
  });
});

describe('an event about the whole organization or about Identity Center', () => {
  it('DisablePolicyType wakes only the resources that AWS blocks', () => {
    const store = [
      resource('blocked', {}, stalled('Blocked')),
      resource('denied', {}, stalled('AccessDenied')),
      resource('in-sync'),
    ];
    expect(wokenBy(fixture('DisablePolicyType'), ...store)).toEqual(['blocked']);
  });

  it('StartSSO in the Region of the instance wakes the resources of Identity Center', () => {
    const store = [resource('sso'), resource('ram', { servicePrincipal: 'ram.amazonaws.com' })];
    expect(wokenBy(fixture('StartSSO'), ...store)).toEqual(['sso']);
  });
});

it('gives wake-ups one key exactly when they wake the same resources', () => {
  const keyOf = (body: string) => {
    const wakeUp = wakeUpOf(changeOf(body));
    return wakeUp && wakeUpKey(wakeUp);
  };
  expect(keyOf(message('CloseAccount'))).toBe(keyOf(message('RemoveAccountFromOrganization')));
  const closed = message('CloseAccount', { requestParameters: { accountId: other } });
  expect(keyOf(closed)).not.toBe(keyOf(message('CloseAccount')));
  expect(keyOf(message('EnableAllFeatures'))).not.toBe(keyOf(message('DisablePolicyType')));
});

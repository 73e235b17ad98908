import { beforeEach, describe, expect, it } from 'vitest';
import { roleSession } from '../../../sandbox/aws/callers.ts';
import { addOrganization, issueKeys, putRole } from '../../../sandbox/aws/seed.ts';
import { createSimulatedAws } from '../../../sandbox/aws/simulatedAws.ts';
import type { Entry } from '../../../sandbox/drills/entry.ts';
import { OutsideChangeRefused } from '../../../sandbox/drills/outsideChanges.ts';
import type { Scenario } from '../../../sandbox/drills/scenario.ts';
import { createTimeline, type Timeline } from '../../../sandbox/drills/timeline.ts';
import { createOutsiders, type Outsiders } from '../../../sandbox/page/outsiders.ts';

const sso = 'sso.amazonaws.com';
const [management, identity, security] = ['111111111111', '222222222222', '333333333333'];

/** An organization where both outsiders may do everything; nothing listens and nobody corrects. */
function aScenario(): Scenario {
  const aws = createSimulatedAws({ seed: 1 });
  const { id } = addOrganization(aws.world, {
    managementAccountId: management,
    members: [identity, security],
  });
  const role = putRole(aws.world, management, { name: 'admin' });
  const session = roleSession(aws.world, management, role, { sessionName: 'alice' });
  issueKeys(aws.world, session);
  const alice = aws.actAs(session);
  alice('organizations', 'EnableAWSServiceAccess', { ServicePrincipal: sso });
  alice('organizations', 'RegisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: identity });
  return {
    ...{ aws, alice, bob: alice, organizationId: id, url: '', queueUrl: '' },
    eventsReach: () => true,
    stop: async () => undefined,
  };
}

let sharedTimeline: Timeline;
let reported: Entry[];
let outsiders: Outsiders;
beforeEach(() => {
  sharedTimeline = createTimeline(() => 1_000);
  reported = [];
  sharedTimeline.entries$.subscribe((entry) => reported.push(entry));
  const principalOf = (name: string) => (name === 'sso' ? sso : undefined);
  outsiders = createOutsiders({
    scenario: aScenario(),
    sharedTimeline,
    principalOf,
    drill: sharedTimeline.drill,
  });
});

it('whatever is done is on the timeline, as a change of the resource it goes against', () => {
  outsiders.makeChange({ outsideChange: 'swap', resource: 'sso' });
  outsiders.makeChange({ outsideChange: 'close', account: security });
  expect(reported).toMatchObject([
    {
      what: 'changed',
      resource: 'sso',
      message: `bob swaps the delegated administrator account-2222 for account-3333`,
    },
    { what: 'changed', message: 'bob closes the account account-3333' },
  ]);
  expect(reported[1]).not.toHaveProperty('resource');
});

it('the first event after it is received, and none that comes later', () => {
  outsiders.makeChange({ outsideChange: 'disable', resource: 'sso' });
  sharedTimeline.received('other');
  sharedTimeline.received('sso');
  sharedTimeline.received('sso');
  expect(reported.map(({ what, resource }) => [what, resource])).toEqual([
    ['changed', 'sso'],
    ['received', 'sso'],
  ]);
});

it('throttling lasts until it is stopped', () => {
  outsiders.makeChange({ outsideChange: 'throttle' });
  expect(outsiders.throttled()).toBe(true);
  outsiders.makeChange({ outsideChange: 'unthrottle' });
  expect(outsiders.throttled()).toBe(false);
});

describe('what cannot be done is refused in a sentence, and not on the timeline', () => {
  it.each([
    [{ outsideChange: 'disable', resource: 'nothing' }, 'No resource nothing exists.'],
    [{ outsideChange: 'close', account: '999999999999' }, 'There is no account 999999999999.'],
    [
      { outsideChange: 'close', account: management },
      'AWS refused the change: You cannot close the management account.',
    ],
    [
      { outsideChange: 'add', resource: 'sso' },
      /^AWS refused the change: You have registered the maximum number/,
    ],
  ] as const)('%j', (request, words) => {
    expect(() => outsiders.makeChange(request)).toThrow(OutsideChangeRefused);
    expect(() => outsiders.makeChange(request)).toThrow(words);
    expect(reported).toEqual([]);
  });

  it('twice the same', () => {
    outsiders.makeChange({ outsideChange: 'remove', resource: 'sso' });
    expect(() => outsiders.makeChange({ outsideChange: 'remove', resource: 'sso' })).toThrow(
      'It has no delegated administrator now.',
    );
    outsiders.makeChange({ outsideChange: 'disable', resource: 'sso' });
    expect(() => outsiders.makeChange({ outsideChange: 'disable', resource: 'sso' })).toThrow(
      'It is disabled already.',
    );
    expect(reported).toHaveLength(2);
  });

  it('anything while a drill is under way', () => {
    sharedTimeline.changed({ drill: 'swap', message: 'a drill', resource: 'sso', eventExpected: true });
    expect(() => outsiders.makeChange({ outsideChange: 'throttle' })).toThrow(
      'A drill is running. Wait until it ends.',
    );
    sharedTimeline.over();
    outsiders.makeChange({ outsideChange: 'throttle' });
  });
});

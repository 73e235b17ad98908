import { beforeEach, describe, expect, it } from 'vitest';
import { createOutsiders, type Outsiders } from '../../../src/cli/sandbox/browser/outsiders.ts';
import { type Chronicle, createChronicle } from '../../../src/cli/sandbox/chronicle.ts';
import { DeedRefused } from '../../../src/cli/sandbox/deeds.ts';
import type { Entry } from '../../../src/cli/sandbox/entry.ts';
import type { Scene } from '../../../src/cli/sandbox/scene.ts';
import { roleSession } from '../../../src/sandbox/callers.ts';
import { addOrganization, issueKeys, putRole } from '../../../src/sandbox/founding.ts';
import { createSimulatedAws } from '../../../src/sandbox/simulatedAws.ts';

const sso = 'sso.amazonaws.com';
const [management, identity, security] = ['111111111111', '222222222222', '333333333333'];

/** An organization where both outsiders may do everything; nothing listens and nobody corrects. */
function aScene(): Scene {
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

let chronicle: Chronicle;
let told: Entry[];
let outsiders: Outsiders;
beforeEach(() => {
  chronicle = createChronicle(() => 1_000);
  told = [];
  chronicle.entries$.subscribe((entry) => told.push(entry));
  const principalOf = (name: string) => (name === 'sso' ? sso : undefined);
  outsiders = createOutsiders({ scene: aScene(), chronicle, principalOf, drill: chronicle.drill });
});

it('whatever is done is on the timeline, as a change of the resource it goes against', () => {
  outsiders.perform({ deed: 'swap', resource: 'sso' });
  outsiders.perform({ deed: 'close', account: security });
  expect(told).toMatchObject([
    {
      what: 'changed',
      resource: 'sso',
      message: `bob swaps the delegated administrator account-2222 for account-3333`,
    },
    { what: 'changed', message: 'bob closes the account account-3333' },
  ]);
  expect(told[1]).not.toHaveProperty('resource');
});

it('the first event after it is heard, and none that comes later', () => {
  outsiders.perform({ deed: 'disable', resource: 'sso' });
  chronicle.heard('other');
  chronicle.heard('sso');
  chronicle.heard('sso');
  expect(told.map(({ what, resource }) => [what, resource])).toEqual([
    ['changed', 'sso'],
    ['heard', 'sso'],
  ]);
});

it('throttling lasts until it is stopped', () => {
  outsiders.perform({ deed: 'throttle' });
  expect(outsiders.throttled()).toBe(true);
  outsiders.perform({ deed: 'unthrottle' });
  expect(outsiders.throttled()).toBe(false);
});

describe('what cannot be done is refused in a sentence, and not on the timeline', () => {
  it.each([
    [{ deed: 'disable', resource: 'nothing' }, 'No resource nothing exists.'],
    [{ deed: 'close', account: '999999999999' }, 'There is no account 999999999999.'],
    [
      { deed: 'close', account: management },
      'AWS refused the change: You cannot close the management account.',
    ],
    [{ deed: 'add', resource: 'sso' }, /^AWS refused the change: You have registered the maximum number/],
  ] as const)('%j', (request, words) => {
    expect(() => outsiders.perform(request)).toThrow(DeedRefused);
    expect(() => outsiders.perform(request)).toThrow(words);
    expect(told).toEqual([]);
  });

  it('twice the same', () => {
    outsiders.perform({ deed: 'remove', resource: 'sso' });
    expect(() => outsiders.perform({ deed: 'remove', resource: 'sso' })).toThrow(
      'It has no delegated administrator now.',
    );
    outsiders.perform({ deed: 'disable', resource: 'sso' });
    expect(() => outsiders.perform({ deed: 'disable', resource: 'sso' })).toThrow('It is disabled already.');
    expect(told).toHaveLength(2);
  });

  it('anything while a drill is under way', () => {
    chronicle.changed({ drill: 'swap', message: 'a drill', resource: 'sso', audible: true });
    expect(() => outsiders.perform({ deed: 'throttle' })).toThrow('A drill is running. Wait until it ends.');
    chronicle.over();
    outsiders.perform({ deed: 'throttle' });
  });
});

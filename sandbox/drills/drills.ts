import type { DriftKind } from '../../src/crds/status.ts';
import {
  addAdministrator,
  breakQueue,
  disableAccess,
  mendQueue,
  removeAdministrator,
  swapAdministrator,
  throttle,
} from './outsideChanges.ts';
import type { Scenario } from './scenario.ts';

/** What a drill may wait for while it goes on. */
export interface Fixture extends Scenario {
  /** Resolves when changes are received through events, or no longer are. */
  driven(wanted: boolean): Promise<void>;
}

/** Something that somebody outside does behind the operator's back. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  readonly resource: string;
  readonly expects: DriftKind;
  /** Goes before the change itself. */
  prepare?(fixture: Fixture): Promise<void>;
  act(fixture: Fixture): void;
  /** Goes after the correction, and has to come true too. */
  recover?(fixture: Fixture): Promise<void>;
}

const sso = 'sso.amazonaws.com';
const disable = (scenario: Scenario) => void disableAccess(scenario, sso);

export const drills: readonly Drill[] = [
  {
    name: 'disable',
    title: 'alice disables trusted access in the console; users can no longer sign in',
    resource: 'sso',
    expects: 'AccessDisabled',
    act: disable,
  },
  {
    name: 'remove',
    title: 'bob removes the delegated administrator',
    resource: 'sso',
    expects: 'AdministratorRemoved',
    act: (fixture) => void removeAdministrator(fixture, sso),
  },
  {
    name: 'swap',
    title: 'bob swaps the delegated administrator for another account',
    resource: 'sso',
    expects: 'AdministratorReplaced',
    act: (fixture) => void swapAdministrator(fixture, sso),
  },
  {
    name: 'stranger',
    title: 'alice registers a stranger beside the declared administrator',
    resource: 'access-analyzer',
    expects: 'AdministratorAdded',
    act: (fixture) => void addAdministrator(fixture, 'access-analyzer.amazonaws.com'),
  },
  {
    name: 'throttle',
    title: 'AWS throttles every call for three seconds; alice disables access meanwhile',
    resource: 'sso',
    expects: 'AccessDisabled',
    act(fixture) {
      setTimeout(throttle(fixture), 3_000);
      disable(fixture);
    },
  },
  {
    name: 'deaf',
    title: 'bob disables the event rule, then alice disables access; no event arrives',
    resource: 'sso',
    expects: 'AccessDisabled',
    async prepare(fixture) {
      breakQueue(fixture);
      await fixture.driven(false);
    },
    act: disable,
    async recover(fixture) {
      mendQueue(fixture);
      await fixture.driven(true);
    },
  },
];

import type { DriftKind } from '../../crds/status.ts';
import { tooManyRequests } from '../../sandbox/organizations/errors.ts';
import { accounts, type Scene } from './scene.ts';

/** What a drill may wait for while it goes on. */
export interface Stage extends Scene {
  /** Resolves when changes are heard through events, or no longer are. */
  driven(wanted: boolean): Promise<void>;
  note(message: string): void;
}

/** Something that somebody outside does behind the operator's back. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  readonly resource: string;
  readonly expects: DriftKind;
  /** Goes before the change itself. */
  prepare?(stage: Stage): Promise<void>;
  act(stage: Stage): void;
  /** Goes after the correction, and has to come true too. */
  recover?(stage: Stage): Promise<void>;
}

const sso = { ServicePrincipal: 'sso.amazonaws.com' };
const rule = { Name: 'trusted-access-events' };

const disable = ({ alice }: Scene) => void alice('organizations', 'DisableAWSServiceAccess', sso);

export const drills: readonly Drill[] = [
  {
    name: 'disable',
    title: 'alice disables trusted access in the console: nobody could sign in any more',
    resource: 'sso',
    expects: 'AccessDisabled',
    act: disable,
  },
  {
    name: 'remove',
    title: 'bob removes the delegated administrator',
    resource: 'sso',
    expects: 'AdministratorRemoved',
    act: ({ bob }) =>
      void bob('organizations', 'DeregisterDelegatedAdministrator', { ...sso, AccountId: accounts.identity }),
  },
  {
    name: 'swap',
    title: 'bob swaps the delegated administrator for another account',
    resource: 'sso',
    expects: 'AdministratorReplaced',
    act({ bob }) {
      bob('organizations', 'DeregisterDelegatedAdministrator', { ...sso, AccountId: accounts.identity });
      bob('organizations', 'RegisterDelegatedAdministrator', { ...sso, AccountId: accounts.workloads });
    },
  },
  {
    name: 'stranger',
    title: 'alice registers a stranger beside the declared administrator',
    resource: 'access-analyzer',
    expects: 'AdministratorAdded',
    act: ({ alice }) =>
      void alice('organizations', 'RegisterDelegatedAdministrator', {
        ServicePrincipal: 'access-analyzer.amazonaws.com',
        AccountId: accounts.workloads,
      }),
  },
  {
    name: 'throttle',
    title: 'AWS throttles everything for three seconds, and alice disables access meanwhile',
    resource: 'sso',
    expects: 'AccessDisabled',
    act(stage) {
      const over = stage.aws.faults.add({
        service: 'organizations',
        effect: { kind: 'Error', error: tooManyRequests() },
      });
      setTimeout(over, 3_000);
      disable(stage);
    },
  },
  {
    name: 'deaf',
    title: 'bob switches the event rule off, then alice disables access: nobody hears it',
    resource: 'sso',
    expects: 'AccessDisabled',
    async prepare({ bob, driven, note }) {
      bob('events', 'DisableRule', rule);
      await driven(false);
      note('heartbeats stay away: PollingOnly, AWS is looked at by the clock');
    },
    act: disable,
    async recover({ bob, driven, note }) {
      bob('events', 'EnableRule', rule);
      await driven(true);
      note('heartbeats come back: events are heard again');
    },
  },
];

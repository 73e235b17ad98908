import type { DriftKind } from '../../crds/status.ts';
import { accounts, type Scene } from './scene.ts';

/** Something that somebody outside does behind the operator's back. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  readonly resource: string;
  readonly expects: DriftKind;
  act(scene: Scene): void;
}

const sso = { ServicePrincipal: 'sso.amazonaws.com' };

export const drills: readonly Drill[] = [
  {
    name: 'disable',
    title: 'alice disables trusted access in the console: nobody could sign in any more',
    resource: 'sso',
    expects: 'AccessDisabled',
    act: ({ alice }) => void alice('organizations', 'DisableAWSServiceAccess', sso),
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
    title: 'bob swaps the delegated administrator for an account of his own',
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
];

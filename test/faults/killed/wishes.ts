import { first, second, third } from '../../cluster/fixture.ts';

/** What a person may declare of one service, and what AWS has when it is done. */
export interface Wish {
  readonly title: string;
  /** Absent: the manifest is not in the folder. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  readonly administrators: readonly string[];
}

export interface Subject {
  readonly name: string;
  readonly principal: string;
  readonly wishes: readonly Wish[];
}

const confirmed = { confirmation: 'disable', whileInUse: 'Allow' };

const one = (account: string): Wish => ({
  title: account,
  spec: { delegatedAdministrators: [account] },
  enabled: true,
  administrators: [account],
});

const several = (...accounts: readonly string[]): Wish => ({
  title: accounts.join('+'),
  spec: {
    servicePrincipal: 'config.amazonaws.com',
    delegatedAdministrators: accounts,
    deletionPolicy: 'Revoke',
    disable: confirmed,
  },
  enabled: true,
  administrators: accounts,
});

/** One administrator allowed, three wishes of four a swap. */
const sso: Subject = {
  name: 'sso',
  principal: 'sso.amazonaws.com',
  wishes: [
    one(first),
    one(second),
    one(third),
    { title: 'nobody', spec: { delegatedAdministrators: [] }, enabled: true, administrators: [] },
    {
      title: 'disabled',
      spec: { access: 'Disabled', delegatedAdministrators: [], disable: confirmed },
      enabled: false,
      administrators: [],
    },
  ],
};

/** Several administrators allowed; its manifest may be removed, which revokes. */
const config: Subject = {
  name: 'config',
  principal: 'config.amazonaws.com',
  wishes: [
    several(first),
    several(first, second),
    several(second, third),
    { title: 'removed', enabled: false, administrators: [] },
  ],
};

export const subjects = [sso, config] as const;

/** Nobody declares anything of these. */
export const bystanders: readonly {
  readonly principal: string;
  readonly administrators: readonly string[];
}[] = [
  { principal: 'backup.amazonaws.com', administrators: [first, third] },
  { principal: 'ram.amazonaws.com', administrators: [] },
];

import type { DriftKind } from '../../../src/crds/status.ts';
import type { FakeAws } from './aws.ts';
import type { Declared } from './store.ts';
import { audit, type Start, security, tools } from './world.ts';

const swap =
  (from: string, to: string) =>
  ({ deregister, register }: FakeAws['outsider']) => {
    deregister(from);
    register(to);
  };

/** Everything that somebody else can do to what was as declared, and how it is undone. */
export const byOthers: readonly {
  readonly what: string;
  readonly start: Start;
  readonly spec: Declared;
  readonly happens: (aws: FakeAws['outsider']) => void;
  readonly undone: (aws: FakeAws['outsider']) => void;
  readonly kind: DriftKind;
  readonly writes: readonly string[];
}[] = [
  {
    what: 'access disabled',
    start: {},
    spec: {},
    happens: ({ disable }) => disable(),
    undone: ({ enable }) => enable(),
    kind: 'AccessDisabled',
    writes: ['Enable'],
  },
  {
    what: 'access enabled',
    start: { enabled: [] },
    spec: { access: 'Disabled', disable: { confirmation: 'disable' } },
    happens: ({ enable }) => enable(),
    undone: ({ disable }) => disable(),
    kind: 'AccessEnabled',
    writes: ['Disable'],
  },
  {
    what: 'the administrator removed',
    start: { administrators: [tools] },
    spec: { delegatedAdministrators: [tools] },
    happens: ({ deregister }) => deregister(tools),
    undone: ({ register }) => register(tools),
    kind: 'AdministratorRemoved',
    writes: [`Register ${tools}`],
  },
  {
    what: 'an administrator added',
    start: {},
    spec: { delegatedAdministrators: [] },
    happens: ({ register }) => register(audit),
    undone: ({ deregister }) => deregister(audit),
    kind: 'AdministratorAdded',
    writes: [`Deregister ${audit}`],
  },
  {
    what: 'the administrator replaced',
    start: { administrators: [tools] },
    spec: { delegatedAdministrators: [tools] },
    happens: swap(tools, security),
    undone: swap(security, tools),
    kind: 'AdministratorReplaced',
    writes: [`Register ${tools}`, `Deregister ${security}`, `Register ${tools}`],
  },
];

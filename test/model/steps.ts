import { sso } from '../controller/fakes/aws.ts';
import { audit, security } from '../controller/fakes/world.ts';
import { declarations, nameOf } from './declarations.ts';
import {
  enact,
  goneAfter,
  type Node,
  name,
  newMind,
  organizationOf,
  resourceOf,
  type Scenario,
} from './node.ts';

import { judgeChanges } from './outside.ts';

/** Something that happens between two looks, not by the operator's hand. */
export interface Step {
  readonly title: string;
  /** Whether it can happen, and makes a difference. */
  readonly may: (world: Pick<Node, 'aws' | 'store'>) => boolean;
  readonly happens: (scenario: Scenario) => void;
  /** The process is gone with what it remembered. */
  readonly restarts?: true;
  /** A rollback record is put back; the accounts that it gives leave to register. */
  readonly restores?: readonly string[];
}

const administrators = (node: Pick<Node, 'aws'>) =>
  Object.keys(organizationOf(node).administrators[sso] ?? {});
const isLiving = (node: Pick<Node, 'store'>) => resourceOf(node)?.metadata.deletionTimestamp === undefined;

const declaring: Step[] = Object.entries(declarations).map(([title, spec]) => ({
  title: `declare ${title}`,
  may: (node) => {
    const resource = resourceOf(node);
    return resource !== undefined && nameOf(resource.spec) !== title;
  },
  happens: ({ store }) => store.apply(name, spec),
}));

const asking: Step[] = [
  {
    title: 'ask by the annotation',
    may: (node) => resourceOf(node) !== undefined && isLiving(node),
    happens: ({ store, clock }) => store.request(name, `at ${clock.now()}`),
  },
  {
    title: 'delete the resource',
    may: (node) => resourceOf(node) !== undefined && isLiving(node),
    happens: ({ store }) => store.delete(name),
  },
  {
    // With a finalizer the command waits until the operator has released the resource.
    title: 'the resource is replaced by force',
    may: (node) => resourceOf(node) !== undefined && resourceOf(node)?.metadata.finalizers.length === 0,
    happens: ({ store, clock }) => {
      const spec = store.get(name)?.spec ?? {};
      store.delete(name);
      store.apply(name, spec, { uid: `at-${clock.now()}` });
    },
  },
];

const outsiders: Step[] = [
  {
    title: 'somebody disables access',
    may: (node) => organizationOf(node).enabled[sso] !== undefined,
    happens: ({ aws }) => aws.outsider.disable(),
  },
  {
    title: 'somebody enables access',
    may: (node) => organizationOf(node).enabled[sso] === undefined,
    happens: ({ aws }) => aws.outsider.enable(),
  },
  {
    title: 'somebody removes the administrator',
    may: (node) => administrators(node).length > 0,
    happens: ({ aws }) => {
      for (const accountId of Object.keys(aws.organization().administrators[sso] ?? {}))
        aws.outsider.deregister(accountId);
    },
  },
  {
    title: 'somebody replaces the administrator',
    may: (node) => administrators(node).length > 0 && organizationOf(node).enabled[sso] !== undefined,
    happens: ({ aws }) => {
      for (const accountId of Object.keys(aws.organization().administrators[sso] ?? {}))
        aws.outsider.deregister(accountId);
      aws.outsider.register(audit);
    },
  },
  {
    title: 'the permission to register is taken away or given back',
    may: () => true,
    happens: ({ aws: { settings } }) => {
      if (!settings.denied.delete('Register')) settings.denied.add('Register');
    },
  },
  {
    title: 'somebody registers another administrator',
    may: (node) => administrators(node).length === 0 && organizationOf(node).enabled[sso] !== undefined,
    happens: ({ aws }) => aws.outsider.register(audit),
  },
  {
    title: 'Identity Center comes into use or out of it',
    may: () => true,
    happens: ({ aws }) =>
      aws.edit((now) => ({
        ...now,
        identityCenter: {
          instanceArn: 'arn:aws:sso:::instance/ssoins-1',
          region: 'eu-west-1',
          permissionSets: now.identityCenter?.permissionSets ? 0 : 3,
        },
      })),
  },
  {
    title: 'the new account is suspended or active again',
    may: (node) => organizationOf(node).members[security] !== undefined,
    happens: ({ aws }) =>
      aws.edit((now) => {
        const state = now.members[security]?.state === 'ACTIVE' ? 'SUSPENDED' : 'ACTIVE';
        return { ...now, members: { ...now.members, [security]: { name: 'security', state } } };
      }),
  },
  {
    // AWS does not let an account go that administers a service.
    title: 'the new account leaves or comes back',
    may: (node) => !administrators(node).includes(security),
    happens: ({ aws }) =>
      aws.edit((now) => {
        const { [security]: before, ...members } = now.members;
        return {
          ...now,
          members: before ? members : { ...members, [security]: { name: 'security', state: 'ACTIVE' } },
        };
      }),
  },
];

/** As a backup or a tool that copies whole objects puts it back, with the rollback record of a swap. */
const restoring: Step[] = [
  { title: 'a status of another resource is put back', uid: 'elsewhere', age: 60_000 },
  { title: 'a status of the day before is put back', uid: 'uid-1', age: 25 * 3_600_000 },
].map(({ title, uid, age }) => ({
  title,
  may: (node) => resourceOf(node) !== undefined && resourceOf(node)?.status.replacement === undefined,
  happens: ({ store, clock }) => {
    const began = new Date(clock.now() - age).toISOString();
    const replacement = { uid, from: audit, to: security, startedAt: began, deregisteredAt: began };
    const { conditions } = store.get(name)?.status ?? { conditions: [] };
    store.overwrite(name, { conditions, replacement });
  },
  restores: [],
}));

const passing: Step[] = [
  { title: 'eight minutes pass', may: () => true, happens: ({ clock }) => clock.skip(8 * 60_000) },
  { title: 'the process restarts', may: () => true, happens: () => {}, restarts: true },
];

/** What others may do while a process is at work: time passes by itself, and where a process may end is a matter of faults. */
export const meanwhile: readonly Step[] = [...declaring, ...asking, ...outsiders];

export const steps: readonly Step[] = [...meanwhile, ...restoring, ...passing];

/** A refusal by AWS stands no longer. */
export function isLifting({ title }: Step): boolean {
  return /^(declare|ask|the new account|the resource)/.test(title);
}

export function after(node: Node, step: Step): Node {
  const scenario = enact(node);
  step.happens(scenario);
  const isAnew = resourceOf(node)?.metadata.uid !== scenario.store.get(name)?.metadata.uid;
  const mind = step.restarts ? newMind() : node.mind;
  const { past } = judgeChanges(node, scenario);
  const next = {
    ...node,
    now: scenario.clock.now(),
    aws: scenario.aws.snapshot().slice(-2),
    store: scenario.store.snapshot(),
    mind,
    isDenied: scenario.aws.settings.denied.has('Register'),
    past: step.restores ? { ...past, restored: step.restores } : past,
    gone: goneAfter(node, scenario.store.get(name)),
    path: { step: step.title, before: node.path },
  };
  const isChanged = organizationOf(next) !== organizationOf(node);
  const ownChangeAt = isChanged || step.restarts || isAnew ? undefined : node.ownChangeAt;
  const refused = isLifting(step) ? undefined : node.refused;
  return { ...next, gap: gapAfter(node, next, step), refused, ownChangeAt };
}

/** Somebody who acts on administrators himself, or throws the way back away, answers for the gap from then on. */
function gapAfter(node: Node, next: Node, step: Step): string | undefined {
  if (/^somebody re|^the resource is replaced/.test(step.title)) return undefined;
  // A resource that is gone took its status along, and a new process knows nothing of it.
  if (!resourceOf(next) && next.mind.memory.status === undefined) return undefined;
  return node.gap;
}

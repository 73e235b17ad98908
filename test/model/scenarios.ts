import type { Policy } from '../../src/crds/policy.ts';
import { type OrganizationState, sso } from '../controller/fakes/aws.ts';
import { createStore, type Declared } from '../controller/fakes/store.ts';
import { organizationState, tools } from '../controller/fakes/world.ts';
import { declarations } from './declarations.ts';
import { type Node, name, newMind } from './node.ts';

export interface StartingPoint {
  readonly spec: Declared;
  readonly organization?: Partial<OrganizationState>;
  /** AWS says that the slot is taken before it looks at the account. */
  readonly slotFirst?: boolean;
  /** Of the platform owner; absent: everything is permitted. */
  readonly policy?: Policy;
}

const longAgo = new Date(0).toISOString();
const start = Date.UTC(2026, 0, 1);

export const inUse: Partial<OrganizationState> = {
  identityCenter: {
    instanceArn: 'arn:aws:sso:::instance/ssoins-1',
    region: 'eu-west-1',
    permissionSets: 3,
  },
};
export const notEnabled: Partial<OrganizationState> = { enabled: {}, administrators: {} };
/** A service that keeps an administrator of its own, with `tools` registered. */
export const ofItsOwn: Partial<OrganizationState> = {
  enabled: { 'securityhub.amazonaws.com': longAgo },
  administrators: { 'securityhub.amazonaws.com': { [tools]: longAgo } },
};
export const noAdministrator: Partial<OrganizationState> = { administrators: {} };

/** Access is on and `tools` administers, unless it is said otherwise; the resource is new. */
export function scenario({ spec, organization = {}, slotFirst = false, policy = {} }: StartingPoint): Node {
  const store = createStore({ now: () => start });
  store.apply(name, spec);
  const state = organizationState({
    enabled: { [sso]: longAgo },
    administrators: { [sso]: { [tools]: longAgo } },
    ...organization,
  });
  return {
    now: start,
    aws: [[state]],
    slotFirst,
    isDenied: false,
    policy,
    past: {},
    gone: undefined,
    store: store.snapshot(),
    mind: newMind(),
    gap: undefined,
    refused: undefined,
    ownChangeAt: undefined,
    path: { step: 'declared', before: undefined },
  };
}

/** The same, with what it is called in `declarations` and in its story. */
export function declared(title: string, slotFirst = false): Node {
  const step = `${title} is declared${slotFirst ? ', and AWS looks at the slot first' : ''}`;
  return { ...scenario({ spec: declarations[title] ?? {}, slotFirst }), path: { step, before: undefined } };
}

import type { Ports } from '../../../src/controller/context.ts';
import type { Notice } from '../../../src/controller/ports.ts';
import { createMemories, type Memories, type PassOutcome, pass } from '../../../src/controller/reconciler.ts';
import { type PolicyState, parsePolicy } from '../../../src/crds/policy.ts';
import type { Condition, Metadata, TrustedAccessStatus } from '../../../src/crds/trustedAccess.ts';
import { type VirtualClock, virtualClock } from '../../harness/virtualClock.ts';
import { createAttribution, createChannel, type FakeAttribution, type FakeChannel } from './attribution.ts';
import { createAws, type FakeAws, type OrganizationState, sso } from './aws.ts';
import { createFate, type Fate } from './fate.ts';
import { createStore, type Declared, type FakeStore } from './store.ts';

export const management = '111111111111';
export const [tools, security, audit, stranger] = [
  '222222222222',
  '333333333333',
  '444444444444',
  '999999999999',
];
export const organizationId = 'o-exampleorg1';
const longAgo = '2025-01-01T00:00:00.000Z';

export interface Start {
  /** Principals with access. Absent: sso. */
  readonly enabled?: readonly string[];
  readonly administrators?: readonly string[];
  readonly principal?: string;
  readonly permissionSets?: number;
  readonly organizations?: readonly OrganizationState[];
  /** Absent: the management account. */
  readonly account?: string;
}

export function organizationState(change: Partial<OrganizationState> = {}): OrganizationState {
  return {
    id: organizationId,
    managementAccountId: management,
    allFeatures: true,
    members: {
      [management]: { name: 'management', state: 'ACTIVE' },
      [tools]: { name: 'tools', state: 'ACTIVE' },
      [security]: { name: 'security', state: 'ACTIVE' },
      [audit]: { name: 'audit', state: 'ACTIVE' },
    },
    enabled: {},
    administrators: {},
    roles: [],
    ...change,
  };
}

/** Everything around one operator; the operator itself is a process that can end at any point. */
export interface World {
  readonly clock: VirtualClock;
  readonly aws: FakeAws;
  readonly store: FakeStore;
  readonly fate: Fate;
  readonly attribution: FakeAttribution;
  readonly channel: FakeChannel;
  readonly announced: Notice[];
  readonly ports: Ports;
  readonly memories: Memories;
  /** One look, with as much time as it takes. */
  pass(name?: string): Promise<PassOutcome>;
  /** Looks as often as the outcome asks for, a spec change or crash aside, until it rests. */
  work(name?: string): Promise<PassOutcome>;
  /** The process is gone; a new one knows what the store knows. */
  restart(): void;
  status(name?: string): TrustedAccessStatus;
  condition(type: string, name?: string): Condition | undefined;
  administrators(principal?: string): string[];
  isEnabled(principal?: string): boolean;
  apply(spec?: Declared, name?: string, metadata?: Partial<Metadata>): void;
  /** From now on this policy is in force; a text: the policy file cannot be used, and why. */
  enforce(policy: object | string): void;
}

export function createWorld(start: Start = {}): World {
  const clock = virtualClock();
  const fate = createFate();
  const aws = createAws(clock, start.organizations ?? [startOrganization(start)]);
  const store = createStore(clock);
  const attribution = createAttribution();
  const channel = createChannel();
  const announced: Notice[] = [];
  let policy: PolicyState = { kind: 'InForce', policy: {} };
  const ports: Ports = {
    cloud: aws.cloud(start.account ?? management, fate),
    store: store.port(fate),
    recorder: { emit: (notice) => void announced.push(notice) },
    attribution,
    channel,
    clock,
    policy: () => policy,
  };
  let memories = createMemories();
  let learnedMaxima = new Map<string, number>();
  const signal = new AbortController().signal;
  const world: World = {
    clock,
    aws,
    store,
    fate,
    attribution,
    channel,
    announced,
    ports,
    get memories() {
      return memories;
    },
    pass: (name = 'sso') => clock.until(pass(name, clock.now(), { ports, memories, learnedMaxima, signal })),
    async work(name = 'sso') {
      for (let observations = 1; ; observations += 1) {
        const passed = await world.pass(name);
        const pause = pauseAfter(passed);
        if (pause === undefined) return passed;
        if (observations === 30) throw new Error(`never at rest: ${JSON.stringify(passed)}`);
        clock.skip(pause);
      }
    },
    restart() {
      memories = createMemories();
      learnedMaxima = new Map();
      fate.renew();
    },
    status(name = 'sso') {
      const resource = store.get(name);
      if (!resource) throw new Error(`no resource ${name}`);
      return resource.status;
    },
    condition: (type, name) => world.status(name).conditions.find((condition) => condition.type === type),
    administrators: (principal = start.principal ?? sso) =>
      Object.keys(aws.organization().administrators[principal] ?? {}),
    isEnabled: (principal = start.principal ?? sso) => aws.organization().enabled[principal] !== undefined,
    apply(spec = {}, name = 'sso', metadata = {}) {
      const principal = start.principal !== undefined && { servicePrincipal: start.principal };
      store.apply(name, { ...principal, ...spec }, metadata);
    },
    enforce(next) {
      policy = typeof next === 'string' ? unusable(next) : inForce(next);
    },
  };
  return world;
}

function inForce(value: object): PolicyState {
  const parsed = parsePolicy(value);
  if (parsed.kind === 'Invalid') throw new Error(parsed.problems.join());
  return { kind: 'InForce', policy: parsed.policy };
}

const unusable = (problem: string): PolicyState => ({ kind: 'Unusable', problem });

function startOrganization({
  enabled,
  administrators = [],
  principal = sso,
  permissionSets,
}: Start): OrganizationState {
  const dates = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, longAgo]));
  return organizationState({
    enabled: dates(enabled ?? [principal]),
    administrators: administrators.length > 0 ? { [principal]: dates(administrators) } : {},
    ...(permissionSets !== undefined && {
      identityCenter: { instanceArn: 'arn:aws:sso:::instance/ssoins-1', region: 'eu-west-1', permissionSets },
    }),
  });
}

/** Milliseconds until the next look; undefined: it rests. */
function pauseAfter(passed: PassOutcome): number | undefined {
  switch (passed.kind) {
    case 'Progressing':
    case 'Wait':
      return passed.after;
    case 'Retry':
    case 'Error':
      return 1_000;
    case 'Stalled':
    case 'InSync':
    case 'Suspended':
    case 'Gone':
      return undefined;
  }
}

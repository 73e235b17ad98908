import type { Memory, Ports } from '../../src/controller/context.ts';
import { metadataOf, type Stored } from '../../src/controller/ports.ts';
import { createMemories, type Memories, type PassOutcome, pass } from '../../src/controller/reconciler.ts';
import type { Policy } from '../../src/crds/policy.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { createAttribution, createChannel } from '../controller/fakes/attribution.ts';
import { createAws, type FakeAws, type OrganizationState } from '../controller/fakes/aws.ts';
import { createFate, type Fate, type Point, type Script } from '../controller/fakes/fate.ts';
import { createStore, type FakeStore } from '../controller/fakes/store.ts';
import { management } from '../controller/fakes/world.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';
import type { Past } from './promises.ts';

export const name = 'sso';

/** What one process remembers. */
export interface Mind {
  readonly memory: Memory;
  readonly learned: ReadonlyMap<string, number>;
  /** As it was last worked on. */
  readonly resource: TrustedAccess | undefined;
}

/** Everything at one moment between two steps: can be gone back to. */
export interface Node {
  readonly now: number;
  readonly aws: readonly (readonly OrganizationState[])[];
  readonly slotFirst: boolean;
  /** The operator's role may not register. */
  readonly isDenied: boolean;
  /** Of the platform owner; without rules it permits everything. */
  readonly policy: Policy;
  readonly store: ReadonlyMap<string, Stored>;
  readonly mind: Mind;
  readonly past: Past;
  /** The resource as it was when it was deleted for good; undefined: there is one. */
  readonly gone: TrustedAccess | undefined;
  /** The operator opened a gap that is not closed yet: who has to come back. */
  readonly gap: string | undefined;
  /** The account that AWS refused last, until something changes that may lift it. */
  readonly refused: Refused | undefined;
  /** When the operator made the last change there was; undefined: it was somebody else, or a former process. */
  readonly ownChangeAt: number | undefined;
  readonly path: Path | undefined;
}

export interface Refused {
  readonly accountId: string;
  readonly reason: string;
  /** For a reason that is known to be final. */
  readonly isFinal: boolean;
  /** Whether the operator knows of it for certain: its process did not end, and nothing lifted it meanwhile. */
  readonly isKnown: boolean;
  readonly at: number;
}

export interface Path {
  readonly step: string;
  readonly before: Path | undefined;
}

export function incident(path: Path | undefined): string {
  const steps: string[] = [];
  for (let at = path; at; at = at.before) steps.unshift(at.step);
  return steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n');
}

export function newMind(): Mind {
  return {
    memory: { writes: [] },
    learned: new Map(),
    resource: undefined,
  };
}

/** A node come alive: its clock runs, and it can be changed. */
export interface Scenario {
  readonly clock: VirtualClock;
  readonly aws: FakeAws;
  readonly store: FakeStore;
  readonly fate: Fate;
  readonly ports: Ports;
}

export function enact(
  node: Pick<Node, 'now' | 'aws' | 'slotFirst' | 'isDenied' | 'policy' | 'store'>,
): Scenario {
  const clock = virtualClock(node.now);
  const aws = createAws(clock, []);
  aws.restore(node.aws);
  aws.settings.slotFirst = node.slotFirst;
  if (node.isDenied) aws.settings.denied.add('Register');
  aws.settings.staleFor = 5_000;
  const store = createStore(clock);
  store.restore(node.store);
  const fate = createFate();
  const ports: Ports = {
    cloud: aws.cloud(management, fate),
    store: store.port(fate),
    recorder: { emit: () => {} },
    attribution: createAttribution(),
    channel: createChannel(),
    clock,
    policy: () => ({ kind: 'InForce', policy: node.policy }),
  };
  return { clock, aws, store, fate, ports };
}

export function resourceOf(node: Pick<Node, 'store'>): TrustedAccess | undefined {
  const stored = node.store.get(name);
  return stored?.kind === 'Valid' ? stored.resource : undefined;
}

/** The resource as it was when it was deleted for good; undefined: `now` is there. */
export function goneAfter(before: Node, now: TrustedAccess | undefined): TrustedAccess | undefined {
  return now ? undefined : (resourceOf(before) ?? before.gone);
}

export function organizationOf(node: Pick<Node, 'aws'>): OrganizationState {
  const organization = node.aws.at(-1)?.[0];
  if (!organization) throw new Error('no organization');
  return organization;
}

export interface Looked {
  readonly passed: PassOutcome;
  readonly mind: Mind;
  readonly met: readonly Point[];
  readonly crashed: boolean;
}

const never = new AbortController().signal;

/** A process of this mind, whatever becomes of the mind's other lives. */
export function recall(mind: Mind, { store }: Pick<Ports, 'store'>): Memories {
  const memories = createMemories();
  const stored = store.get(name);
  const uid = stored && metadataOf(stored).uid;
  const remembered = memories.of(name, stored);
  // Made anew under its name: nothing of the old one is remembered for it.
  if (mind.resource && uid !== undefined && mind.resource.metadata.uid !== uid) return memories;
  Object.assign(remembered.memory, mind.memory, {
    writes: [...mind.memory.writes],
  });
  if (mind.resource) remembered.resource = mind.resource;
  return memories;
}

/** One real reconcile in the scene, by a process of this mind, with what befalls it. */
export async function observe(scenario: Scenario, mind: Mind, script: Script): Promise<Looked> {
  const { clock, fate, ports } = scenario;
  fate.script = script;
  const memories = recall(mind, ports);
  const learnedMaxima = new Map(mind.learned);
  const began = clock.now();
  const passed = await clock.until(pass(name, began, { ports, memories, learnedMaxima, signal: never }));
  if (fate.crashed) return { passed, mind: newMind(), met: fate.met, crashed: true };
  const { memory, resource } = memories.of(name, ports.store.get(name));
  if (passed.kind === 'Gone' && !ports.store.get(name))
    return { passed, mind: newMind(), met: fate.met, crashed: false };
  return { passed, mind: { memory, resource, learned: learnedMaxima }, met: fate.met, crashed: false };
}

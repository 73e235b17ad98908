/**
 * Searches that judge by the promises to users alone (`promises.ts`): what they find, a reader of AWS and the API
 * server can find who knows nothing of the operator.
 */
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { cloudError, sso } from '../controller/fakes/aws.ts';
import { createWorld, security, tools, type World } from '../controller/fakes/world.ts';
import { type Bound, explore } from './explore.ts';
import { serviceIn } from './outside.ts';
import { brokenAtRest, brokenBy, type Past, pastAfter } from './promises.ts';
import { type StartingPoint, scenario } from './scenarios.ts';

/** The first promise that was found broken; undefined: none. */
export type Broken = string | undefined;

/** Everything that may happen from there, to the bound. */
export async function exploring(startingPoints: readonly StartingPoint[], bound: Bound): Promise<Broken> {
  const explored = { states: 0, observations: 0, endings: 0, byPromisesAlone: true } as const;
  try {
    await explore(startingPoints.map(scenario), bound, { ...explored });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const holding = { delegatedAdministrators: [tools] };
const revoke = { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } };
const born = (day: string, uid: string) => ({ creationTimestamp: `2025-06-${day}T00:00:00Z`, uid });

/** Changes since the last call, judged by the resources that are or were there in that time. */
function watch(world: World, names: readonly string[]) {
  let past: Past = {};
  let seen = 0;
  let before = serviceIn(world.aws.organization(), sso);
  let earlier: readonly TrustedAccess[] = [];
  return (): Broken => {
    const present = names.flatMap((name) => world.store.get(name) ?? []);
    const declared = [...earlier, ...present];
    const isActive = (accountId: string) => world.aws.organization().members[accountId]?.state === 'ACTIVE';
    const broken = world.aws.changes.slice(seen).flatMap((change) => {
      const truth = { accepts: isActive, isInUse: false, isLasting: () => true, isEstablished: () => true };
      const found = brokenBy(change, before, past, declared, truth);
      past = pastAfter(past, change);
      return found;
    });
    seen = world.aws.changes.length;
    before = serviceIn(world.aws.organization(), sso);
    earlier = present;
    return broken[0];
  };
}

/** A person evicts the declared administrator and installs another, again and again, a minute and a half apart. */
export async function insisting(): Promise<Broken> {
  const world = createWorld({ administrators: [tools] });
  world.apply(holding);
  await world.work();
  for (let time = 1; time <= 8; time += 1) {
    world.clock.skip(20_000);
    world.aws.outsider.deregister(tools);
    world.aws.outsider.register(security);
    const until = world.clock.now() + 70_000;
    for (let pass = await world.work(); pass.kind === 'Stalled'; pass = await world.work()) {
      if (world.clock.now() + (pass.after ?? 300_000) > until) break;
      world.clock.skip(pass.after ?? 300_000);
    }
    const resource = world.store.get('sso');
    const service = serviceIn(world.aws.organization(), sso);
    const [broken] = resource
      ? brokenAtRest(resource, service, {}, { accepts: () => true }, world.clock.now())
      : [];
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** AWS goes on refusing the new account of a swap, and a person evicts the previous administrator, back in its place. */
export async function evicting(): Promise<Broken> {
  const world = createWorld({ administrators: [tools] });
  world.aws.settings.slotFirst = true;
  world.apply({ delegatedAdministrators: [security] });
  const error = cloudError('blocked', 'UnrecognizedServicePrincipal', 'Register');
  world.fate.script = ({ operation, accountId, nth }) =>
    operation === 'Register' && accountId === security && nth > 1 ? { kind: 'Refuse', error } : undefined;
  const judged = watch(world, ['sso']);
  await world.work();
  world.clock.skip(60_000);
  world.aws.outsider.deregister(tools);
  await world.work();
  return judged();
}

/** A GitOps rename: the old resource is deleted with Revoke while the new one is there. */
export async function renaming(): Promise<Broken> {
  const world = createWorld({ administrators: [tools] });
  world.apply({ ...holding, ...revoke }, 'holder', born('01', 'a'));
  world.apply(holding, 'waiting', born('02', 'b'));
  for (const name of ['holder', 'waiting']) await world.work(name);
  const judged = watch(world, ['holder', 'waiting']);
  judged();
  world.store.delete('holder');
  await world.work('holder');
  return judged();
}

/** `kubectl replace --force` of the resource that another one with other administrators waits for. */
export async function recreating(): Promise<Broken> {
  const world = createWorld({ administrators: [tools] });
  world.apply(holding, 'holder', born('01', 'a'));
  world.apply({ delegatedAdministrators: [security] }, 'waiting', born('02', 'b'));
  for (const name of ['holder', 'waiting']) await world.work(name);
  world.store.delete('holder');
  await world.work('waiting');
  world.clock.skip(1_000);
  world.apply(holding, 'holder', { uid: 'c', creationTimestamp: new Date(world.clock.now()).toISOString() });
  for (const name of ['waiting', 'holder', 'waiting']) await world.work(name);
  const holder = world.store.get('holder');
  const service = serviceIn(world.aws.organization(), sso);
  return holder && brokenAtRest(holder, service, {}, { accepts: () => true }, world.clock.now())[0];
}

import { registerHooks } from 'node:module';
import { constants, runInThisContext } from 'node:vm';
import type * as IdentityCenter from '../../../src/aws/identityCenter.ts';
import type * as IdentityCenterUse from '../../../src/aws/identityCenterUse.ts';
import type * as Apply from '../../../src/controller/apply.ts';
import type * as Assess from '../../../src/controller/assess.ts';
import type * as Claims from '../../../src/controller/claims.ts';
import type * as Conditions from '../../../src/controller/conditions.ts';
import type * as Context from '../../../src/controller/context.ts';
import type * as Drift from '../../../src/controller/drift.ts';
import type * as Guards from '../../../src/controller/guards.ts';
import type * as Observe from '../../../src/controller/observe.ts';
import type * as Permitted from '../../../src/controller/permitted.ts';
import type * as Plan from '../../../src/controller/plan.ts';
import type * as Queue from '../../../src/controller/queue.ts';
import type * as Swap from '../../../src/controller/swap.ts';
import type * as SwapSteps from '../../../src/controller/swapSteps.ts';
import type * as Installation from '../../../src/kubernetes/installation.ts';
import type * as LeaderElection from '../../../src/kubernetes/leaderElection.ts';
import type * as Lease from '../../../src/kubernetes/lease.ts';
import type * as Listing from '../../../src/kubernetes/listing.ts';
import type * as Watching from '../../../src/kubernetes/watching.ts';

/** The modules that a mistake may be sown in, by their path in `src`. */
interface Modules {
  readonly 'aws/identityCenter.ts': typeof IdentityCenter;
  readonly 'aws/identityCenterUse.ts': typeof IdentityCenterUse;
  readonly 'controller/apply.ts': typeof Apply;
  readonly 'controller/assess.ts': typeof Assess;
  readonly 'controller/claims.ts': typeof Claims;
  readonly 'controller/conditions.ts': typeof Conditions;
  readonly 'controller/context.ts': typeof Context;
  readonly 'controller/drift.ts': typeof Drift;
  readonly 'controller/guards.ts': typeof Guards;
  readonly 'controller/observe.ts': typeof Observe;
  readonly 'controller/permitted.ts': typeof Permitted;
  readonly 'controller/plan.ts': typeof Plan;
  readonly 'controller/queue.ts': typeof Queue;
  readonly 'controller/swap.ts': typeof Swap;
  readonly 'controller/swapSteps.ts': typeof SwapSteps;
  readonly 'kubernetes/installation.ts': typeof Installation;
  readonly 'kubernetes/leaderElection.ts': typeof LeaderElection;
  readonly 'kubernetes/lease.ts': typeof Lease;
  readonly 'kubernetes/listing.ts': typeof Listing;
  readonly 'kubernetes/watching.ts': typeof Watching;
}

/** One deliberate mistake: every other module gets this replacement for one export of a module. */
export interface Seed {
  readonly module: keyof Modules;
  readonly name: string;
  readonly replace: (original: unknown) => unknown;
}

/** A mistake in one export. `replace` gets the original function. */
export function seed<M extends keyof Modules, N extends keyof Modules[M] & string>(
  module: M,
  name: N,
  replace: (original: Modules[M][N]) => Modules[M][N],
): Seed {
  return { module, name, replace: (original) => replace(original as Modules[M][N]) };
}

const root = new URL('../../../', import.meta.url).href;
/** What is copied when a mistake is sown; the schema and the simulated AWS are shared by all. */
const rooms = [
  'src/controller/',
  'src/kubernetes/',
  'src/events/',
  'src/aws/',
  'src/cli/',
  'src/time/',
  'src/text/',
  'src/awsApi/',
  'src/eventFormat/',
  'src/infrastructure/',
  'src/notifications/',
  'test/',
].map((room) => root + room);
const parameter = 'seed';
const original = 'original';

const sown = new Map<string, Seed | undefined>();
/** Where a module with a mistake finds the replacement of its export. */
const registry = 'replaceSeededExport';

Object.assign(globalThis, {
  [registry](id: string, exports: Record<string, unknown>): unknown {
    const { module, name, replace } = sown.get(id) ?? {};
    const found = name === undefined ? undefined : exports[name];
    if (found === undefined) throw new Error(`${module} exports no ${name}`);
    return replace?.(found);
  },
});

/** Node's own import, past the test runner's cache of modules: the hooks below then see every file. */
const importByNode = runInThisContext('(url) => import(url)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as (url: string) => Promise<unknown>;

/** Which copy of the operator and of its model a module belongs to; undefined: it is shared by all. */
function seedOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') ? (new URL(url).searchParams.get(parameter) ?? undefined) : undefined;
}

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const id = seedOf(context.parentURL);
    const isShared = id === undefined || !rooms.some((room) => resolved.url.startsWith(room));
    if (isShared || seedOf(resolved.url) !== undefined) return resolved;
    return { ...resolved, url: `${resolved.url}?${parameter}=${id}` };
  },
  load(url, context, next) {
    const id = seedOf(url);
    const mistake = id === undefined ? undefined : sown.get(id);
    if (!mistake || url !== `${root}src/${mistake.module}?${parameter}=${id}`) return next(url, context);
    return { format: 'module', source: withMistake(mistake, url, id), shortCircuit: true };
  },
});

/** A module that exports what the original does, but for one export. */
function withMistake({ name }: Seed, url: string, id: string | undefined): string {
  const file = JSON.stringify(`${url}&${original}`);
  return [
    `import * as original from ${file};`,
    `export * from ${file};`,
    `const replacement = globalThis.${registry}(${JSON.stringify(id)}, original);`,
    `export { replacement as ${name} };`,
  ].join('\n');
}

/**
 * A copy of its own of a test module and of everything it imports from those rooms, with the
 * mistake in it. Rejects when the module has no such export.
 */
export async function importWith<T>(mistake: Seed | undefined, module: URL): Promise<T> {
  const id = `${sown.size + 1}`;
  sown.set(id, mistake);
  return (await importByNode(`${module.href}?${parameter}=${id}`)) as T;
}

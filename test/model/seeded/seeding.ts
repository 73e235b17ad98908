import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { constants, runInThisContext } from 'node:vm';

/** One deliberate mistake: in this file these words stand instead of those. */
export interface Seed {
  /** From src/controller, for example `plan.ts` or `../events/heartbeat.ts`. */
  readonly file: string;
  readonly words: string;
  readonly instead: string;
}

const root = new URL('../../../', import.meta.url).href;
const controller = `${root}src/controller/`;
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

const sown = new Map<string, Seed>();

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
    const seed = seedOf(context.parentURL);
    if (seed === undefined || !rooms.some((room) => resolved.url.startsWith(room))) return resolved;
    return { ...resolved, url: `${resolved.url}?${parameter}=${seed}` };
  },
  load(url, context, next) {
    const id = seedOf(url);
    const seed = id === undefined ? undefined : sown.get(id);
    if (!seed || !url.startsWith(`${new URL(seed.file, controller).href}?`)) return next(url, context);
    return { format: 'module-typescript', source: sow(seed, url), shortCircuit: true };
  },
});

function sow({ file, words, instead }: Seed, url: string): string {
  const source = readFileSync(fileURLToPath(url), 'utf8');
  const places = source.split(words).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places that say: ${words}`);
  return source.replace(words, () => instead);
}

/**
 * A copy of its own of a test module and of everything it imports from those rooms, with the
 * mistake in it. Rejects when the words to be replaced do not stand in the file exactly once.
 */
export async function importWith<T>(seed: Seed | undefined, module: URL): Promise<T> {
  const id = `${sown.size + 1}`;
  sown.set(id, seed ?? { file: '-', words: '', instead: '' });
  return (await importByNode(`${module.href}?${parameter}=${id}`)) as T;
}

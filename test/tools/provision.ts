import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Tool, type ToolName, tools } from './catalogue.ts';
import { unpackDebian } from './debian.ts';
import { withLock } from './lock.ts';
import { buildGo, makePython } from './makers.ts';
import { type Say, withProgress } from './progress.ts';

const root = resolve(import.meta.dirname, '../..');
const cache = resolve(process.env['TRUSTED_ACCESS_CACHE_DIR'] ?? join(root, '.cache'), 'tools');

const sourceFolder = (tool: Tool) => join(import.meta.dirname, tool.name);
const homeOf = (tool: Tool) => join(cache, `${tool.name}-${tool.version}`);
const binaryOf = (tool: Tool) => join(homeOf(tool), tool.binary);

/** Changes with anything a build is made of, so that an edited go.mod is never served by yesterday's binary. */
const fingerprint = async (tool: Tool): Promise<string> => {
  const hash = createHash('sha256').update(JSON.stringify({ ...tool, about: '' }));
  const inputs = (await readdir(sourceFolder(tool)).catch(() => [])).filter((name) =>
    /^go\.|\.go$|^requirements|\.conf$/.test(name),
  );
  for (const name of inputs.sort()) hash.update(name).update(await readFile(join(sourceFolder(tool), name)));
  return hash.digest('hex');
};

const stamp = 'fingerprint';

const isReady = async (tool: Tool, wanted: string): Promise<boolean> => {
  const found = await readFile(join(homeOf(tool), stamp), 'utf8').catch(() => '');
  return found === wanted && existsSync(binaryOf(tool));
};

const removeLeftovers = async (tool: Tool) => {
  const leftovers = (await readdir(cache)).filter((name) =>
    name.startsWith(`${tool.name}-${tool.version}.tmp`),
  );
  for (const name of leftovers) await rm(join(cache, name), { recursive: true, force: true });
};

/** Made beside its place and moved into it when whole: a run that is cut short leaves nothing half done behind. */
const make = async (tool: Tool, wanted: string, note: (detail: string) => void) => {
  await removeLeftovers(tool);
  const temporary = `${homeOf(tool)}.tmp-${process.pid}`;
  await mkdir(temporary, { recursive: true });
  try {
    if (tool.kind === 'go') await buildGo(tool, sourceFolder(tool), temporary, note);
    else if (tool.kind === 'debian') await unpackDebian(tool, temporary, note);
    else await makePython(tool, sourceFolder(tool), temporary, note);
    await stat(join(temporary, tool.binary));
    await writeFile(join(temporary, stamp), wanted);
    await rm(homeOf(tool), { recursive: true, force: true });
    await rename(temporary, homeOf(tool));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const fromAssets = (tool: Tool): string | undefined => {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets === undefined || assets === '') return undefined;
  const path = join(assets, tool.binary.replace(/^bin\//, ''));
  return tool.binary !== 'bin/python' && existsSync(path) ? path : undefined;
};

/**
 * Where the tool's program is: in KUBEBUILDER_ASSETS, else in the cache folder, else made there now, once.
 * @throws MissingPrerequisite when Go or Python is wanted and not there; Error with the builder's last lines otherwise.
 */
export const provision = async (name: ToolName, say: Say): Promise<string> => {
  const tool: Tool = tools[name];
  const given = fromAssets(tool);
  if (given !== undefined) return given;
  const wanted = await fingerprint(tool);
  if (await isReady(tool, wanted)) return binaryOf(tool);
  await mkdir(cache, { recursive: true });
  const title = `${tool.name} ${tool.version}`;
  await withLock(
    `${homeOf(tool)}.lock`,
    (pid) => say(`${title}: another run (process ${pid}) is making it; waiting`),
    async () => {
      if (await isReady(tool, wanted)) return;
      const verb = tool.kind === 'go' ? 'building from source' : 'installing';
      await withProgress(say, `${title}: ${verb}, once, about ${tool.about}`, (note) =>
        make(tool, wanted, note),
      );
    },
  );
  return binaryOf(tool);
};

/**
 * Starts on all of the tools and tells of each when it is there. Go builds take every core, so they go one after
 * another in the order given; the Python side waits on the network and runs beside them.
 */
export const startProvisioning = (
  names: readonly ToolName[],
  say: Say,
): ReadonlyMap<ToolName, Promise<string>> => {
  const done = Promise.resolve();
  const last: Record<Tool['kind'], Promise<unknown>> = { go: done, python: done, debian: done };
  const started = new Map<ToolName, Promise<string>>();
  for (const name of new Set(names)) {
    const { kind } = tools[name];
    const made = last[kind].then(() => provision(name, say));
    // One that fails stops none of the others, and may be asked for later or never.
    last[kind] = made.catch(() => {});
    started.set(name, made);
  }
  return started;
};

/** @throws Error that names everything that could not be had. */
export const provisionAll = async (names: readonly ToolName[], say: Say): Promise<void> => {
  const results = await Promise.allSettled(startProvisioning(names, say).values());
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const words = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  if (words.length > 0) throw new Error(words.join('\n'));
};

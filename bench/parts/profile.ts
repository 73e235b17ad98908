/** What a sampled profile of the built executable says of a stretch of time: whose code was on the processor. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Chrome DevTools protocol, Profiler.Profile: microseconds of a clock that nobody sets. */
const profileSchema = z.object({
  startTime: z.number(),
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
        columnNumber: z.number(),
      }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.infer<typeof profileSchema>;
type Frame = Profile['nodes'][number]['callFrame'];

/** Milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The one profile in the folder. @throws Error when there is none or more */
export function readProfile(folder: string): Profile {
  const [file, ...others] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined || others.length > 0) throw new Error(`${folder} does not hold one profile`);
  return profileSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

/** Milliseconds on the processor by owner, for each of the stretches. */
export function timeByOwner(
  { nodes, samples, timeDeltas, startTime }: Profile,
  stretches: readonly Stretch[],
): readonly ReadonlyMap<string, number>[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const owners = new Map<number, string>();
  const ownerOf = (id: number): string => {
    const known = owners.get(id);
    if (known !== undefined) return known;
    const frame = byId.get(id)?.callFrame;
    const parent = parents.get(id);
    const owner = (frame && itself(frame)) ?? (parent === undefined ? noAdministrator : ownerOf(parent));
    owners.set(id, owner);
    return owner;
  };
  const times = stretches.map(() => new Map<string, number>());
  let at = startTime - epoch();
  for (const [index, sample] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    at += delta;
    const which = stretches.findIndex(({ from, to }) => at / 1_000 >= from && at / 1_000 <= to);
    const time = times[which];
    const owner = ownerOf(sample);
    if (time && owner !== idle) time.set(owner, (time.get(owner) ?? 0) + delta / 1_000);
  }
  return times;
}

const idle = 'idle';
/** Sockets, timers, promises: what runs because something is ready, and was called by nobody in particular. */
export const noAdministrator = 'Node.js by itself';

/** Microseconds of the monotonic clock at the epoch. */
const epoch = (): number =>
  Number(process.hrtime.bigint() / 1_000n) - (performance.timeOrigin + performance.now()) * 1_000;

/** Whose code a frame is; undefined: that of whoever called it. */
function itself(frame: Frame): string | undefined {
  if (frame.functionName === '(idle)') return idle;
  if (frame.functionName === '(garbage collector)') return 'garbage collection';
  const source = sourceOf(frame);
  if (source === undefined) return undefined;
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  if (name === undefined) return 'the operator';
  return /^@(aws|smithy)/.test(name) ? 'the AWS SDK' : name;
}

const maps = new Map<string, SourceMap | undefined>();

function sourceOf({ url, lineNumber, columnNumber }: Frame): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  if (!maps.has(url)) {
    const file = `${fileURLToPath(url)}.map`;
    maps.set(url, existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined);
  }
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  return entry && 'originalSource' in entry ? entry.originalSource : url;
}

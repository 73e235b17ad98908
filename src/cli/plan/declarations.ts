import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stored } from '../../controller/ports.ts';
import { type ManifestDocument, parseDocuments } from '../../manifests/documents.ts';
import { folderReader } from '../../manifests/folder.ts';
import { judge } from '../../manifests/judge.ts';
import { declared, storedOf } from '../../manifests/record.ts';
import { oneLine } from '../../text/plainText.ts';
import type { Clock } from '../../time/clock.ts';
import type { Fault } from './report.ts';

/** A resource as it is declared, and where. */
export interface Declaration {
  readonly stored: Extract<Stored, { kind: 'Valid' }>;
  readonly file?: string;
  readonly line?: number;
}

export interface Declarations {
  readonly declarations: readonly Declaration[];
  readonly faults: readonly Fault[];
}

/** Reads standard input to its end. */
export type ReadInput = () => Promise<string>;

const mebibyte = 1024 * 1024;
const standardInput = '-';

/**
 * What the manifests declare, judged as the operator's folder of manifests is. `-` is standard input, a folder stands
 * for the manifests right in it. Rejects with an error for people when one cannot be read.
 */
export async function readManifests(
  paths: readonly string[],
  readInput: ReadInput,
  clock: Clock,
  signal: AbortSignal,
): Promise<Declarations> {
  const documents: ManifestDocument[] = [];
  for (const path of new Set(paths)) documents.push(...(await documentsOf(path, readInput, signal)));
  const { verdicts, unreadable } = await judge(documents, () => undefined);
  const placeOf = (name: string) =>
    documents.find((document) => document.kind === 'TrustedAccess' && nameOf(document.value) === name);
  const now = new Date(clock.now()).toISOString();
  const declarations: Declaration[] = [];
  const faults = [...unreadable].flatMap(([file, problems]) => problems.map((each) => faultOf(file, each)));
  for (const [name, verdict] of verdicts) {
    const { file } = verdict;
    const line = placeOf(name)?.line ?? 1;
    if (verdict.kind === 'Refused') {
      faults.push(...verdict.problems.map((each) => ({ ...faultOf(file, each, line), resource: name })));
      continue;
    }
    const stored = storedOf(declared(undefined, verdict.resource, file, now));
    if (stored.kind === 'Valid') declarations.push({ stored, file: oneLine(file), line });
  }
  if (documents.every(({ kind }) => kind === 'Other')) {
    throw new Error(`no TrustedAccess is declared in ${paths.map(shownPath).join(', ')}`);
  }
  return { declarations, faults };
}

const shownPath = (path: string) => (path === standardInput ? 'standard input' : path);

async function documentsOf(
  path: string,
  readInput: ReadInput,
  signal: AbortSignal,
): Promise<readonly ManifestDocument[]> {
  if (path === standardInput) return parseDocuments('standard input', await readInput());
  const stats = await stat(path).catch((error: unknown) => {
    throw new Error(`${path} cannot be read: ${sentence(error)}`, { cause: error });
  });
  if (stats.isDirectory()) {
    const documents = await folderReader(path)(signal);
    return documents.map((document) => ({ ...document, file: join(path, document.file) }));
  }
  if (stats.size > mebibyte) throw new Error(`${path} cannot be read: it is larger than 1 MiB`);
  return parseDocuments(path, await readFile(path, { encoding: 'utf8', signal }));
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOENT' ? 'there is no such file or folder' : error.message;
}

function nameOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return undefined;
  const { metadata } = value;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
}

/** A problem mostly begins with its place, `FILE:LINE: `. */
function faultOf(file: string, problem: string, line = 1): Fault {
  const prefix = `${file}:`;
  const rest = problem.startsWith(prefix) ? problem.slice(prefix.length) : '';
  const placed = /^(\d+): (.*)$/s.exec(rest);
  return placed
    ? { file: oneLine(file), line: Number(placed[1]), message: oneLine(placed[2] ?? '') }
    : { file: oneLine(file), line, message: oneLine(problem) };
}

import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { type ManifestDocument, parseDocuments } from '../../src/manifests/documents.ts';
import { judge } from '../../src/manifests/judge.ts';
import type { Answer, FileView, ManifestRequest } from './view.ts';

/** Bytes: as the folder has it, more is no manifest. */
const largestManifest = 1024 * 1024;
/** More than that nobody plays with. */
const mostFiles = 50;

export interface Manifests {
  readonly files: readonly FileView[];
  /** The file that declares a resource. */
  fileOf(resource: string): string | undefined;
}

export interface Editor {
  /** What is in the folder now; files that are too large, or too many, are left out. */
  read(): Promise<Manifests>;
  /** Puts a text in the place of a manifest when the folder would accept it; otherwise says what is wrong. */
  apply(request: ManifestRequest): Promise<Answer>;
}

/** `accepted`: a resource as it was accepted last, for the rules about changes. */
export function createEditor(
  directory: string,
  accepted: (resource: string) => TrustedAccess | undefined,
): Editor {
  return {
    async read() {
      const files = await readFiles(directory);
      const places = new Map(
        files.flatMap((file) => documentsOf(file).map((document) => [nameIn(document), file.name] as const)),
      );
      return { files, fileOf: (resource) => places.get(resource) };
    },
    async apply(request) {
      const { file, text, revision } = request;
      const files = await readFiles(directory);
      const present = files.find(({ name }) => name === file);
      if (!present) return refused(`The folder no longer has ${file}. Your text is kept here.`);
      if (present.revision !== revision) {
        const message = `${file} changed on disk; your text is kept here. Apply again to overwrite the file, or Revert to load it.`;
        return { ...refused(message), revision: present.revision };
      }
      const problems = await problemsOf(files, request, accepted);
      if (problems.length > 0)
        return { ...refused('Not applied. The previous manifest stays in effect.'), problems };
      await replace(join(directory, file), text);
      return { done: true, message: `Applied ${file}.` };
    },
  };
}

const refused = (message: string): Answer => ({ done: false, message });

const revisionOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

async function readFiles(directory: string): Promise<FileView[]> {
  const names = (await readdir(directory)).filter((name) => /^[^.].*\.(ya?ml|json)$/i.test(name)).sort();
  const files = await Promise.all(names.slice(0, mostFiles).map((name) => readOne(directory, name)));
  return files.flat();
}

async function readOne(directory: string, name: string): Promise<FileView[]> {
  const path = join(directory, name);
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > largestManifest) return [];
    const text = await readFile(path, 'utf8');
    return [{ name, text, revision: revisionOf(text) }];
  } catch {
    // Removed since it was listed, or not for us to read: as if it had not been there.
    return [];
  }
}

const documentsOf = ({ name, text }: FileView): ManifestDocument[] => parseDocuments(name, text);

function nameIn(document: ManifestDocument): string | undefined {
  if (document.kind !== 'TrustedAccess') return undefined;
  const { value } = document;
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return undefined;
  const { metadata } = value;
  const named = typeof metadata === 'object' && metadata !== null && 'name' in metadata;
  return named && typeof metadata.name === 'string' ? metadata.name : undefined;
}

type Problems = NonNullable<Answer['problems']>;

/** What the folder would say of this file, if it had this text. */
async function problemsOf(
  files: readonly FileView[],
  { file, text }: ManifestRequest,
  accepted: (resource: string) => TrustedAccess | undefined,
): Promise<Problems> {
  const nothing = (message: string): Problems => [{ line: 1, message: `${file}: ${message}` }];
  if (text.trim() === '') return nothing('the file is empty; to remove a resource, delete its file');
  const edited = parseDocuments(file, text);
  const others = files.filter(({ name }) => name !== file).flatMap(documentsOf);
  const { verdicts, unreadable } = await judge([...others, ...edited], accepted);
  const names = new Set(edited.map(nameIn));
  const messages = [...(unreadable.get(file) ?? [])];
  for (const [name, verdict] of verdicts) {
    if (verdict.kind === 'Refused' && (verdict.file === file || names.has(name)))
      messages.push(...verdict.problems);
  }
  if (messages.length === 0 && !edited.some(({ kind }) => kind === 'TrustedAccess'))
    return nothing('the file declares no TrustedAccess resource');
  const problems = messages.map((message) => ({ line: lineIn(message, file), message }));
  return problems.sort((one, other) => one.line - other.line);
}

/** Messages begin with their place, or name it: `sso.yaml:8: …`. */
function lineIn(message: string, file: string): number {
  const [, line = '1'] = /^(\d+)/.exec(message.split(`${file}:`)[1] ?? '') ?? [];
  return Number(line);
}

/** Whoever reads it meanwhile reads the old text or the new one. A link stays one. */
async function replace(path: string, text: string): Promise<void> {
  const target = await realpath(path);
  const { mode } = await stat(target);
  const temporary = join(dirname(target), `.${revisionOf(target).slice(0, 16)}.edited`);
  try {
    await writeFile(temporary, text, { mode });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

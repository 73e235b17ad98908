import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ManifestDocument, parseDocuments } from './documents.ts';

const mebibyte = 1024 * 1024;
const mostFiles = 5_000;

interface Parsed {
  readonly digest: string;
  readonly documents: readonly ManifestDocument[];
}

/** Reads all manifests of a folder; a file with the text of last time is not parsed again. */
export type ReadFolder = (signal: AbortSignal) => Promise<readonly ManifestDocument[]>;

const broken = (file: string, message: string): ManifestDocument => ({
  kind: 'Broken',
  file,
  line: 1,
  message,
});

/** Hidden files are not manifests: status files, editors' swap files, the real folder behind a mounted ConfigMap. */
const isManifest = (name: string): boolean => !name.startsWith('.') && /\.(ya?ml|json)$/i.test(name);

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Undefined: a folder, a pipe or another thing that only has the name of a manifest. */
async function readBounded(path: string, signal: AbortSignal): Promise<string | undefined> {
  const stats = await stat(path);
  if (!stats.isFile()) return undefined;
  if (stats.size > mebibyte) throw new RangeError('it is larger than 1 MiB');
  return readFile(path, { encoding: 'utf8', signal });
}

function parsed(file: string, text: string, before: Parsed | undefined): Parsed {
  const digest = createHash('sha256').update(text).digest('base64');
  if (before?.digest === digest) return before;
  // To empty a file is what an editor does before it writes; to remove a resource, remove the file.
  const documents = text.trim() === '' ? [broken(file, 'the file is empty')] : parseDocuments(file, text);
  return { digest, documents };
}

/** A folder that was replaced has the same name, and another identity. */
export async function identityOf(directory: string): Promise<string> {
  const { dev, ino, birthtimeMs } = await stat(directory);
  return `${dev}:${ino}:${birthtimeMs}`;
}

/**
 * The manifests right in the folder, in the order of their names. A file that cannot be read is a Broken document.
 * Rejects when the folder itself cannot be read, when an empty folder took the place of one that had manifests (a
 * volume that is not mounted, a checkout under way: nobody removed a manifest there), or the signal is aborted.
 */
export function folderReader(directory: string): ReadFolder {
  let known = new Map<string, Parsed>();
  let read: string | undefined;
  return async (signal) => {
    const identity = await identityOf(directory);
    const names = (await readdir(directory)).filter(isManifest).sort();
    if (names.length > mostFiles) throw new RangeError(`more than ${mostFiles} manifests in ${directory}`);
    if (names.length === 0 && known.size > 0 && identity !== read)
      throw new Error(
        'the folder was replaced and is empty; the operator keeps the previous resources until the folder has a manifest',
      );
    const next = new Map<string, Parsed>();
    for (const file of names) {
      signal.throwIfAborted();
      try {
        const text = await readBounded(join(directory, file), signal);
        if (text !== undefined) next.set(file, parsed(file, text, known.get(file)));
      } catch (error) {
        signal.throwIfAborted();
        // Removed since the folder was listed: as if it had not been there.
        if (isGone(error)) continue;
        const message = error instanceof Error ? error.message : String(error);
        next.set(file, { digest: '', documents: [broken(file, `cannot be read: ${message}`)] });
      }
    }
    known = next;
    read = identity;
    return [...next.values()].flatMap(({ documents }) => documents);
  };
}

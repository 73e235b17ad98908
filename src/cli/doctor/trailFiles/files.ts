import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/**
 * Yields the paths of the `.json` and `.json.gz` files in a folder and the folders below it, by name. Leaves out links.
 * @throws Error when a folder is unreadable
 */
export async function* trailFiles(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* trailFiles(path);
    else if (entry.isFile() && /\.json(\.gz)?$/i.test(entry.name)) yield path;
  }
}

/** Streams the text of a file, decompressed when it is gzip, whatever its name. @throws Error when it is unreadable */
export async function* textOf(path: string): AsyncGenerator<string> {
  const isCompressed = await isGzip(path);
  const file = createReadStream(path);
  if (!isCompressed) {
    yield* file.setEncoding('utf8');
    return;
  }
  const gunzip = createGunzip();
  const piped = pipeline(file, gunzip);
  // The iteration below throws the same error.
  piped.catch(() => undefined);
  yield* gunzip.setEncoding('utf8');
  await piped;
}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
}

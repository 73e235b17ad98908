import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { Log } from './log.ts';
import { fileText, type ResourceRecord, recordFrom } from './record.ts';

export interface StatusFiles {
  /** What earlier runs left. A file that cannot be read is told and passed over. */
  load(signal: AbortSignal): Promise<ResourceRecord[]>;
  /** Replaces the file as a whole, or rejects and leaves the old one; nothing is written when nothing changed. */
  write(record: ResourceRecord): Promise<void>;
  remove(name: string): Promise<void>;
}

const readme = `Status files of trusted-access, one for each TrustedAccess declared in the folder above.
They are written by the operator and never read as manifests. It remembers in them what it has to know after
a restart: keep them with the manifests. Without them a change of servicePrincipal is not noticed, and an
administrator whose replacement was under way is not put back.
`;

/** File names end at 255 bytes, names of resources only at 253. */
function fileOf(name: string): string {
  if (name.length <= 200) return `${name}.yaml`;
  return `${name.slice(0, 150)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.yaml`;
}

async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A crash at any moment leaves the old text or the new one. */
async function replaceFile(directory: string, file: string, text: string): Promise<void> {
  const temporary = join(directory, `.${createHash('sha256').update(file).digest('hex').slice(0, 16)}.tmp`);
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, join(directory, file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(directory);
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Never with its parents: a folder of manifests that was moved away must not come back empty, as if all were removed. */
async function ensureFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (hasCode(error, 'ENOENT'))
      throw new Error(`there is no folder ${dirname(directory)}`, { cause: error });
    throw error;
  }
  await writeFile(join(directory, 'README'), readme, { flag: 'wx' }).catch(() => {});
}

async function listed(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory))
      .filter((file) => file.endsWith('.yaml') && !file.startsWith('.'))
      .sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

export function statusFiles(directory: string, log: Log): StatusFiles {
  const written = new Map<string, string>();
  return {
    async load(signal) {
      const records: ResourceRecord[] = [];
      for (const file of await listed(directory)) {
        const path = join(directory, file);
        try {
          const text = await readFile(path, { encoding: 'utf8', signal });
          const record = recordFrom(parse(text));
          if (!record || fileOf(record.name) !== file)
            throw new Error(`it is not the status of a TrustedAccess`);
          written.set(record.name, text);
          records.push(record);
        } catch (error) {
          signal.throwIfAborted();
          log.warn(
            { file: path, err: error },
            `unreadable status file ${path}; starting without saved state`,
          );
        }
      }
      return records;
    },
    async write(record) {
      const text = fileText(record);
      if (written.get(record.name) === text) return;
      await ensureFolder(directory);
      await replaceFile(directory, fileOf(record.name), text);
      written.set(record.name, text);
    },
    async remove(name) {
      await rm(join(directory, fileOf(name)), { force: true });
      written.delete(name);
    },
  };
}

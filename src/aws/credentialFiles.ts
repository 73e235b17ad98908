import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../time/clock.ts';
import { pause } from '../time/sleep.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds between two looks. Mounted secrets replace a link, which not every watcher sees; a look costs six system calls. */
const interval = 5_000;

/** Files, and the folder of SSO tokens, that the SDK's default chain reads. */
export function credentialFiles(environment: Environment, home: string): readonly string[] {
  const aws = join(home, '.aws');
  const tokens = [
    environment['AWS_WEB_IDENTITY_TOKEN_FILE'],
    environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
  ];
  return [
    environment['AWS_SHARED_CREDENTIALS_FILE'] || join(aws, 'credentials'),
    environment['AWS_CONFIG_FILE'] || join(aws, 'config'),
    join(aws, 'sso', 'cache'),
    ...tokens.filter((path): path is string => Boolean(path)),
  ];
}

/** Calls `changed` after a change of one of the files, until the signal is aborted. Never rejects. */
export async function watchCredentialFiles(
  paths: readonly string[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  changed: () => void,
): Promise<void> {
  let known = await fingerprintOf(paths);
  while (!signal.aborted) {
    await pause(clock, interval, signal);
    if (signal.aborted) return;
    const now = await fingerprintOf(paths);
    if (now === known) continue;
    known = now;
    changed();
  }
}

async function fingerprintOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(onePath))).join('\n');
}

/** A file that is rewritten in place leaves its folder as it was, so that those of a folder are looked at too. */
async function onePath(path: string): Promise<string> {
  const own = await oneFile(path);
  const names = await readdir(path).catch(() => []);
  const inside = await Promise.all(names.sort().map((name) => oneFile(join(path, name))));
  return [own, ...inside].join(' ');
}

async function oneFile(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    return 'absent';
  }
}

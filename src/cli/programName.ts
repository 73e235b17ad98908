import { basename } from 'node:path';

const own = 'trusted-access';

/** What people type: kubectl starts its plug-ins by a file called kubectl-…, with the dashes of a name as underscores. */
export function programNameOf(path: string | undefined): string {
  return basename(path ?? '').startsWith('kubectl-') ? `kubectl ${own}` : own;
}

/** Examples as they are typed where the program is called otherwise; in a pod it is called as ever. */
export function calledBy(name: string, text: string): string {
  return name === own ? text : text.replaceAll(/(?<!kubectl |-- |[\w/.-])trusted-access(?= )/g, name);
}

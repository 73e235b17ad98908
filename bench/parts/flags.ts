import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';

/** Sets what the executable sets for itself, so that a measure in this process is one of it. */
export function asTheExecutable(): void {
  const text = readFileSync(join(import.meta.dirname, '../../bin/trusted-access.mjs'), 'utf8');
  const flags = [...text.matchAll(/setFlagsFromString\('([^']+)'\)/g)];
  if (flags.length === 0) throw new Error('bin/trusted-access.mjs sets no flags any more');
  for (const [, flag = ''] of flags) v8.setFlagsFromString(flag);
}

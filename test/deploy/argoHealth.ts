import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';

export const customization = join(
  import.meta.dirname,
  '../../deploy/argocd/resource_customizations/trustedaccess.dev/TrustedAccess',
);

export interface Health {
  readonly status: string;
  readonly message: string;
}

/** A Lua table of the same shape. Escapes by number: Lua knows no `\u0000`. */
function lua(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(lua).join(',')}}`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, inner]) => `[${lua(key)}]=${lua(inner)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value !== 'string') return value === null ? 'nil' : String(value);
  const bytes = [...Buffer.from(value)].map((byte) => `\\${String(byte).padStart(3, '0')}`);
  return `"${bytes.join('')}"`;
}

/** What Argo CD says of the object: it sets `obj`, runs the script, and takes what it returns. */
export async function healthOf(object: unknown): Promise<Health> {
  const script = readFileSync(join(customization, 'health.lua'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'trusted-access-lua-'));
  const remove = removeWithUs(folder);
  const path = join(folder, 'run.lua');
  // Argo CD opens the base and table libraries alone, and an os without most of it.
  const closed = 'local write = io.write\nstring, math, io, coroutine, debug, package, channel = nil';
  const print = 'write(health.status, "\\n", health.message or "")';
  writeFileSync(
    path,
    `${closed}\nobj = ${lua(object)}\nlocal health = (function()\n${script}\nend)()\n${print}\n`,
  );
  const { code, stdout, stderr } = await runTool('glua', [path]);
  await remove();
  if (code !== 0) throw new Error(stderr || stdout);
  const [status = '', ...message] = stdout.split('\n');
  return { status, message: message.join('\n') };
}

/** Makes the site of docs/ in .cache/site; `site.ts serve` shows it instead, and follows what is edited. */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { watch } from 'chokidar';
import { provision } from '../test/tools/provision.ts';
import { buildSite } from './site/build.ts';
import { fixture } from './site/prepare.ts';

const root = resolve(import.meta.dirname, '..');
const site = join(root, '.cache', 'site');

const say = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
};

async function build(python: string) {
  await buildSite(root, site, python);
  say(`the site is in .cache/site: ${pathToFileURL(join(site, 'index.html'))}`);
}

/** The generator watches the copy, and the copy is made anew whenever the documentation changes. */
async function serve(python: string, options: readonly string[]) {
  const preview = join(root, '.cache', 'site-preview');
  await rm(preview, { recursive: true, force: true });
  await fixture(root, preview);
  const watcher = watch([join(root, 'docs'), join(root, 'mkdocs.yml')], { ignoreInitial: true });
  watcher.on('all', () => void fixture(root, preview).catch(complain));
  const args = ['-m', 'zensical', 'serve', '--config-file', join(preview, 'mkdocs.yml'), ...options];
  const server = spawn(python, args, { cwd: preview, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void server.kill(signal));
  server.once('close', (code) => {
    process.exitCode = code ?? 0;
    void watcher.close();
  });
}

const [what, ...options] = process.argv.slice(2);
try {
  if (what !== undefined && what !== 'serve')
    throw new Error(`nothing is known of ${what}: it is serve, or nothing`);
  const python = await provision('zensical', say);
  await (what === 'serve' ? serve(python, options) : build(python));
} catch (error) {
  complain(error);
  process.exitCode = 1;
}

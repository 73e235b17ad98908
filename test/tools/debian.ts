import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { DebianTool } from './catalogue.ts';
import { type CommandResult, runCommand } from './command.ts';
import { lastLines, MissingPrerequisite, type Note, onPath } from './makers.ts';

/**
 * Unpacks Debian's packages and what they depend on into `into`: nothing is installed and root is not needed. Where
 * apt has none of them, the machine's own program is taken.
 * @throws MissingPrerequisite when there is neither
 */
export const unpackDebian = async (tool: DebianTool, into: string, note: Note): Promise<void> => {
  const reported = process.env[tool.orAt.variable];
  if (reported === undefined) {
    const unpacked = await fromApt(tool, into, note);
    if (unpacked.code === 0) return;
    const own = tool.orAt.commands.map(onPath).find((path) => path !== undefined);
    if (own !== undefined) return link(tool, own, into);
    throw new MissingPrerequisite(
      `${tool.name} is needed: apt-get has no ${tool.packages[0]} here, and none of ${tool.orAt.commands.join(', ')} ` +
        `is on PATH; install one, or name one in ${tool.orAt.variable} (${lastLines(unpacked.stderr, 1)})`,
    );
  }
  const found = await runCommand(reported, tool.check).catch(() => undefined);
  if (found?.code !== 0) throw new MissingPrerequisite(`${tool.orAt.variable}=${reported} does not start`);
  return link(tool, reported, into);
};

const link = async (tool: DebianTool, own: string, into: string) => {
  await mkdir(dirname(join(into, tool.binary)), { recursive: true });
  await symlink(own, join(into, tool.binary));
};

const fromApt = async (tool: DebianTool, into: string, note: Note): Promise<CommandResult> => {
  const apt = join(into, 'apt');
  for (const folder of ['lists/partial', 'archives/partial'])
    await mkdir(join(apt, folder), { recursive: true });
  // Lists of our own: the machine's may be old, or not there, and only root may renew them.
  const places = { 'Dir::State::lists': join(apt, 'lists'), 'Dir::Cache': apt, 'Debug::NoLocking': 'true' };
  const options = Object.entries({ ...places, 'APT::Sandbox::User': 'root' });
  const aptGet = (...args: readonly string[]) =>
    runCommand(
      'apt-get',
      [...options.flatMap(([name, value]) => ['-o', `${name}=${value}`]), '-q', ...args],
      {
        background: true,
      },
    );
  note('reading the lists of packages');
  const updated = await aptGet('update');
  if (updated.code !== 0) return updated;
  note('downloading the packages');
  const downloaded = await aptGet(
    ...['install', '-y', '--reinstall', '--download-only', '--no-install-recommends', ...tool.packages],
  );
  if (downloaded.code !== 0) return downloaded;
  note('unpacking the packages');
  const archives = join(apt, 'archives');
  for (const name of (await readdir(archives)).filter((each) => each.endsWith('.deb'))) {
    const unpacked = await runCommand('dpkg-deb', ['-x', join(archives, name), join(into, 'root')]);
    if (unpacked.code !== 0) return unpacked;
  }
  await rm(apt, { recursive: true });
  return launcher(tool, into);
};

/** A program that finds its libraries and files beside itself. Fails as the program does. */
const launcher = async (tool: DebianTool, into: string): Promise<CommandResult> => {
  const root = join(into, 'root');
  const files = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const libraries = new Set(
    files.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath }) => relative(into, parentPath)),
  );
  const path = join(into, tool.binary);
  await mkdir(dirname(path), { recursive: true });
  const folder = join(import.meta.dirname, tool.name);
  for (const name of await readdir(folder).catch(() => []))
    await copyFile(join(folder, name), join(into, name));
  for (const [at, to] of Object.entries(tool.links ?? {})) await symlink(to, join(root, at));
  const variables = Object.entries({
    LD_LIBRARY_PATH: [...libraries].map((library) => `$here/${library}`).join(':'),
    ...tool.variables,
  }).filter(([, value]) => value !== '');
  const script = `#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
${variables.map(([name, value]) => `export ${name}="${value}"`).join('\n')}
exec "$here/root/${tool.program}" "$@"
`;
  await writeFile(path, script, { mode: 0o755 });
  return runCommand(path, tool.check);
};

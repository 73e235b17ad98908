import { accessSync, constants } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { GoTool, PythonTool } from './catalogue.ts';
import { runCommand } from './command.ts';

/** Something that must be on the machine is not; the message names it and the version. */
export class MissingPrerequisite extends Error {
  override readonly name = 'MissingPrerequisite';
}

export type Note = (detail: string) => void;

export const lastLines = (text: string, count = 15): string =>
  text.trimEnd().split('\n').slice(-count).join('\n');

/**
 * Builds a Go program into `into`. Modules come through whatever proxy the machine's Go is set to, compiled packages
 * stay in Go's own build cache, so a second clone links and no more.
 */
export const buildGo = async (tool: GoTool, folder: string, into: string, note: Note): Promise<void> => {
  const toolchain = await runCommand('go', ['version'], { cwd: folder });
  if (toolchain.code !== 0) {
    throw new MissingPrerequisite(
      `Go 1.26 or newer is needed on PATH to build ${tool.binary} ${tool.version}: ${toolchain.stderr.trim()}`,
    );
  }
  if (tool.cgo === true && (await runCommand('cc', ['--version'])).code !== 0) {
    throw new MissingPrerequisite(
      `A C compiler is needed on PATH as cc to build ${tool.binary} ${tool.version}`,
    );
  }
  const values = Object.entries(tool.linked ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  let compiled = 0;
  const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', ['-s -w', ...values].join(' ')];
  if (tool.tags !== undefined) args.push('-tags', tool.tags.join(','));
  const build = await runCommand('go', [...args, '-o', join(into, tool.binary), tool.package], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: tool.cgo === true ? '1' : '0' },
    background: true,
    onErrorLine: (line) => {
      if (line.startsWith('go: downloading ')) note(line.replace('go: ', ''));
      else note(`${++compiled} packages compiled`);
    },
  });
  if (build.code !== 0) throw new Error(`go build ${tool.package} failed:\n${lastLines(build.stderr)}`);
};

export const onPath = (command: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

const machinesOwn = async ({ orOnPath }: PythonTool): Promise<string | undefined> => {
  const path = orOnPath === undefined ? undefined : onPath(orOnPath.command);
  if (orOnPath === undefined || path === undefined) return undefined;
  const { stdout } = await runCommand(path, ['version', '--client']);
  const minor = Number(/v1\.(\d+)/.exec(stdout)?.[1] ?? 0);
  return minor >= orOnPath.fromMinor ? path : undefined;
};

/** Makes a virtual environment in `into` with the folder's requirements, unless the machine's own program will do. */
export const makePython = async (
  tool: PythonTool,
  folder: string,
  into: string,
  note: Note,
): Promise<void> => {
  const own = await machinesOwn(tool);
  if (own !== undefined) {
    await mkdir(dirname(join(into, tool.binary)), { recursive: true });
    await symlink(own, join(into, tool.binary));
    return;
  }
  const version = await runCommand('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
  const venv = version.code === 0 ? await runCommand('python3', ['-m', 'venv', into]) : version;
  if (venv.code !== 0) {
    throw new MissingPrerequisite(
      `Python 3.11 or newer with its venv module is needed as python3 for ${tool.name} ${tool.version}: ` +
        lastLines(venv.stderr || venv.stdout || 'the one on PATH is older'),
    );
  }
  note('installing its packages');
  const requirements = join(folder, 'requirements.txt');
  const install = await runCommand(
    join(into, 'bin/python'),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements],
    { background: true },
  );
  if (install.code !== 0)
    throw new Error(`pip install for ${tool.name} failed:\n${lastLines(install.stderr)}`);
};

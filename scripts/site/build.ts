import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runCommand } from '../../test/tools/command.ts';
import { fixture } from './prepare.ts';

/**
 * Makes the site of the project's documentation; the one that was there is replaced when the new one is whole.
 * @param python of the environment that holds the generator
 * @throws Error with the generator's words: a link that leads nowhere, a page without a place in the navigation.
 */
export async function buildSite(project: string, site: string, python: string): Promise<void> {
  await mkdir(dirname(site), { recursive: true });
  const workshop = await mkdtemp(`${site}.new-`);
  try {
    await fixture(project, workshop);
    const args = ['-m', 'zensical', 'build', '--strict', '--config-file', join(workshop, 'mkdocs.yml')];
    const { code, stdout, stderr } = await runCommand(python, args, { cwd: workshop });
    if (code !== 0) {
      const words = stripVTControlCharacters(`${stdout}${stderr}`).split('\nTraceback ')[0] ?? '';
      throw new Error(`the site cannot be built:\n${words.trim()}`);
    }
    await rm(site, { recursive: true, force: true });
    await rename(join(workshop, 'site'), site);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

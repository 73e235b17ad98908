/** The copy of docs/ that the site is made of. */

import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { withSiteLinks } from './links.ts';
import { type Entry, navigationProblems } from './navigation.ts';

const shim = createRequire(import.meta.url).resolve('iframe-worker/shim');

async function repositoryFiles(project: string): Promise<string> {
  const { repository }: { repository: { url: string } } = JSON.parse(
    await readFile(join(project, 'package.json'), 'utf8'),
  );
  return `${repository.url.replace(/^git\+/, '').replace(/\.git$/, '')}/blob/main`;
}

async function filesIn(docs: string): Promise<readonly string[]> {
  const entries = await readdir(docs, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(docs, join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * Copies the documentation of the project into the folder, ready for the generator.
 * @throws Error that lists the pages which the navigation lacks, or has for nothing.
 */
export async function fixture(project: string, folder: string): Promise<void> {
  const docs = join(project, 'docs');
  const files = await filesIn(docs);
  const configuration: { nav: readonly Entry[] } = parse(await readFile(join(project, 'mkdocs.yml'), 'utf8'));
  const pages = files.filter((file) => file.endsWith('.md'));
  const problems = navigationProblems(configuration.nav, pages);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const texts = new Map(
    await Promise.all(pages.map(async (page) => [page, await readFile(join(docs, page), 'utf8')] as const)),
  );
  const titles = new Map([...texts].map(([page, text]) => [page, /^# (.+)$/m.exec(text)?.[1] ?? page]));
  const repository = await repositoryFiles(project);
  const staged = join(folder, 'docs');
  for (const file of files) {
    await mkdir(dirname(join(staged, file)), { recursive: true });
    const text = texts.get(file);
    if (text === undefined) await copyFile(join(docs, file), join(staged, file));
    else await writeFile(join(staged, file), withSiteLinks(text, file, { titles, repository }));
  }
  await mkdir(join(staged, 'assets'), { recursive: true });
  await copyFile(shim, join(staged, 'assets', 'iframe-worker.js'));
  await copyFile(join(project, 'mkdocs.yml'), join(folder, 'mkdocs.yml'));
}

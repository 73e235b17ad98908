import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildSite } from '../../scripts/site/build.ts';
import { pagesIn } from '../../scripts/site/navigation.ts';
import { anchors, documentPaths, read, root } from '../docs/documents.ts';
import { toolPath } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { filesOf, headingIds, idsOf, linksOf, loadedBy, loadedByStyle, type Page, pagesOf } from './pages.ts';

let folder: string;
let site: string;
let pages: readonly Page[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-site-'));
  removeWithUs(folder);
  site = join(folder, 'site');
  await buildSite(root, site, await toolPath('zensical'));
  pages = pagesOf(site);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A document's page on the site. */
const pathOf = (document: string) =>
  document
    .replace(/^docs\//, '')
    .replace(/README\.md$/, 'index.md')
    .replace(/\.md$/, '.html');

function page(path: string): Page {
  const found = pages.find((each) => each.path === path);
  if (found === undefined) throw new Error(`there is no ${path} on the site`);
  return found;
}

const isOutside = (target: string) => /^([a-z]+:)?\/\//.test(target);

describe('the site', () => {
  it.each(documentPaths)(
    'has %s with all its headings, by the anchors they have in the repository',
    (path) => {
      expect(headingIds(page(pathOf(path)))).toEqual([...anchors(path)]);
    },
  );

  it('leads to every page from every page, in the order of the navigation', () => {
    const { nav } = parse(read('mkdocs.yml'));
    const listed = pagesIn(nav).map((path) => pathOf(`docs/${path}`));
    for (const each of pages) {
      const links = linksOf(each).filter((target) => listed.includes(target));
      expect(links.join('\n'), each.path).toContain(listed.join('\n'));
    }
  });

  it('has no link within it that leads nowhere', () => {
    const files = new Set(filesOf(site, '**/*'));
    const ids = new Map(pages.map((each) => [each.path, idsOf(each)]));
    const broken = pages.flatMap((each) =>
      linksOf(each)
        .filter((target) => !isOutside(target))
        .filter((target) => {
          const [path = '', anchor] = target.split('#');
          return !files.has(path) || (anchor !== undefined && ids.get(path)?.has(anchor) !== true);
        })
        .map((target) => `${each.path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('leads to the repository where a document leads out of docs/', () => {
    const { repository } = JSON.parse(read('package.json'));
    const files = `${repository.url.replace('git+', '').replace('.git', '')}/blob/main`;
    const links = pages.flatMap(linksOf);
    for (const path of ['README.md', 'SECURITY.md', 'deploy/helm/README.md', 'deploy/ci/gitlab-ci.yaml']) {
      expect(links).toContain(`${files}/${path}`);
    }
    expect(read('mkdocs.yml')).toContain(`link: ${files.replace('/blob/main', '')}\n`);
  });

  it('names pages by their titles, not by their files', () => {
    const files = [...page('index.html').html.matchAll(/>([\w-]+\.md)[<,]/g)].map(
      ([, name]) => `docs/${name}`,
    );
    expect(files.filter((path) => documentPaths.includes(path))).toEqual([]);
    expect(page('index.html').html).toContain('>Permissions</a>');
  });
});

describe('without a network', () => {
  it('no page and no style needs anything from outside', () => {
    const styles = filesOf(site, '**/*.css').map((path) => readFileSync(join(site, path), 'utf8'));
    expect(styles.length).toBeGreaterThan(0);
    expect(pages.flatMap(loadedBy).filter(isOutside)).toEqual([]);
    expect(styles.flatMap(loadedByStyle).filter(isOutside)).toEqual([]);
  });

  it('what pages load is there', () => {
    const files = new Set(filesOf(site, '**/*'));
    const missing = pages.flatMap((each) =>
      loadedBy(each)
        .map((url) => join(dirname(each.path), url.split(/[?#]/)[0] ?? ''))
        .filter((path) => !files.has(path)),
    );
    expect(missing).toEqual([]);
  });

  it('the theme fetches no diagram or picture viewer for any page', () => {
    expect(pages.filter(({ html }) => /class="[^"]*(mermaid|glightbox)/.test(html))).toEqual([]);
  });

  it('search knows every page, and works from the file system', async () => {
    const { items }: { items: { location: string; text: string }[] } = JSON.parse(
      await readFile(join(site, 'search.json'), 'utf8'),
    );
    const found = new Set(items.map(({ location }) => location.split('#')[0]));
    expect(documentPaths.map(pathOf).filter((path) => !found.has(path))).toEqual([]);
    expect(JSON.stringify(items)).toContain('whileInUse');
    expect(filesOf(site, 'search.js')).toHaveLength(1);
  });
});

describe('a site is not made', () => {
  /** A project with one page, as the test changes it. */
  async function building(index: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const project = await mkdtemp(join(folder, 'project-'));
    const configuration = stringify({ ...parse(read('mkdocs.yml')), nav: ['README.md'] });
    const files = {
      'mkdocs.yml': configuration,
      'package.json': read('package.json'),
      'docs/README.md': index,
    };
    for (const [path, text] of Object.entries({ ...files, ...more })) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), text);
    }
    await cp(join(root, 'docs/assets'), join(project, 'docs/assets'), { recursive: true });
    const target = join(project, 'site');
    return buildSite(project, target, await toolPath('zensical')).then(
      () => `made of ${filesOf(target, '*.html').join(' ')}`,
      (error: Error) => error.message,
    );
  }

  it('the same pages without a fault make a site', async () => {
    expect(await building('# Title\n\n[up](../SECURITY.md) [here](#title)\n')).toBe(
      'made of 404.html index.html',
    );
  });

  it.each([
    [
      'a page that is not there',
      '# Title\n\n[x](nowhere.md)\n',
      /README\.md:3:\d+[\s\S]*page does not exist/,
    ],
    [
      'a heading that is not there',
      '# Title\n\n[x](#nowhere)\n',
      /README\.md:3:\d+[\s\S]*anchor does not exist/,
    ],
  ])('the build refuses a link to %s', async (_, index, words) => {
    expect(await building(index)).toMatch(words);
  });

  it('the build refuses a page that the navigation omits', async () => {
    expect(await building('# Title\n', { 'docs/new.md': '# New\n' })).toBe(
      'docs/new.md is not in the navigation of mkdocs.yml',
    );
  });
});

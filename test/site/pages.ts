/** The built site, as a browser would come across it. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface Page {
  /** Path within the site. */
  readonly path: string;
  readonly html: string;
}

const unescaped = (text: string) =>
  text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"');

export const filesOf = (site: string, pattern: string): readonly string[] =>
  globSync(pattern, { cwd: site }).sort();

export const pagesOf = (site: string): readonly Page[] =>
  filesOf(site, '**/*.html').map((path) => ({ path, html: readFileSync(join(site, path), 'utf8') }));

/** What is loaded with the page: scripts, styles, icons, images, frames, and what its own styles name. */
export function loadedBy({ html }: Page): readonly string[] {
  const tags = html.matchAll(/<(?:script|img|iframe|source|video|audio|embed|link)\b[^>]*>/g);
  const attributes = [...tags].flatMap(([tag]) =>
    // Neighbours in the order of reading are named and not loaded.
    /\brel="?(?:next|prev|canonical)\b/.test(tag)
      ? []
      : [...tag.matchAll(/\b(?:src|href|srcset)="?([^"\s>]+)/g)].flatMap(([, url]) => url ?? []),
  );
  return [...attributes, ...loadedByStyle(html)].map(unescaped);
}

export const loadedByStyle = (css: string): readonly string[] =>
  [...css.matchAll(/url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)/g)].flatMap(
    ([, url, imported]) => url ?? imported ?? [],
  );

export const idsOf = ({ html }: Page): ReadonlySet<string> =>
  new Set([...html.matchAll(/\bid="([^"]+)"/g)].flatMap(([, id]) => id ?? []));

/** Of headings, in their order. */
export const headingIds = ({ html }: Page): readonly string[] =>
  [...html.matchAll(/<h[1-6] id="([^"]+)"/g)].flatMap(([, id]) => id ?? []);

/** Where the links of the page lead, addresses as they are and files by their path within the site. */
export function linksOf(page: Page): readonly string[] {
  return [...page.html.matchAll(/<a\b[^>]*\bhref="([^"]+)"/g)]
    .flatMap(([, target]) => (target === undefined ? [] : [unescaped(target)]))
    .map((target) => {
      if (/^[a-z]+:/.test(target)) return target;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page.path : relative('/', join('/', dirname(page.path), file));
      return anchor === undefined ? path : `${path}#${anchor}`;
    });
}

import { posix } from 'node:path';

/** Code, in blocks and within a line, comes first: what looks like a link there is none. */
const codeOrLink =
  /^ *```[\s\S]*?^ *```[ \t]*$|`[^`\n]*`|\[(?<label>[^\]`]+|`[^\]]+`)\]\((?<target>[^)\s]+)\)/gm;

export interface Surroundings {
  /** Titles of the pages by their path within docs/. */
  readonly titles: ReadonlyMap<string, string>;
  /** Address of the repository's files, without a slash at the end. */
  readonly repository: string;
}

/**
 * The links of a page as its reader on the site needs them: one that leads out of docs/ leads to the repository, where
 * that file is, and one that is named after the file of a page is named by its title.
 * @param page its path within docs/
 */
export function withSiteLinks(markdown: string, page: string, { titles, repository }: Surroundings): string {
  return markdown.replaceAll(codeOrLink, (found: string, ...rest: unknown[]) => {
    const { label, target } = rest.at(-1) as { label?: string; target?: string };
    if (label === undefined || target === undefined || /^[a-z]+:|^#/.test(target)) return found;
    const path = posix.join('docs', posix.dirname(page), target);
    if (!path.startsWith('docs/')) return `[${label}](${repository}/${path})`;
    const [file] = /^[\w/.-]+\.md/.exec(label) ?? [];
    const title = titles.get(path.replaceAll(/^docs\/|#.*$/g, ''));
    return file === undefined || title === undefined
      ? found
      : `[${label.replace(file, () => title)}](${target})`;
  });
}

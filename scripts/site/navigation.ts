/** As MkDocs has it: a page, or a title with a page or with more entries. */
export type Entry = string | Readonly<Record<string, string | readonly Entry[]>>;

export function pagesIn(navigation: readonly Entry[]): readonly string[] {
  return navigation.flatMap((entry) =>
    typeof entry === 'string'
      ? [entry]
      : Object.values(entry).flatMap((below) => (typeof below === 'string' ? [below] : pagesIn(below))),
  );
}

/** A sentence for each page that no reader would come across, and for each entry that leads nowhere. */
export function navigationProblems(
  navigation: readonly Entry[],
  pages: readonly string[],
): readonly string[] {
  const listed = pagesIn(navigation);
  return [
    ...pages
      .filter((page) => !listed.includes(page))
      .map((page) => `docs/${page} is not in the navigation of mkdocs.yml`),
    ...listed
      .filter((page) => !pages.includes(page))
      .map((page) => `the navigation of mkdocs.yml has ${page}, and there is no docs/${page}`),
    ...listed
      .filter((page, index) => listed.indexOf(page) < index)
      .map((page) => `the navigation of mkdocs.yml has ${page} twice`),
  ];
}

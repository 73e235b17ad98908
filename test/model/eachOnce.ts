type Search = (...args: never[]) => Promise<string | undefined>;

/** The same searches, each done once for the same arguments: many mistakes are found by the same search. */
export function eachOnce<T extends object>(searches: T): T {
  const done = new Map<string, ReturnType<Search>>();
  const once =
    (name: string, search: Search) =>
    (...args: never[]) => {
      const key = JSON.stringify([name, args]);
      const known = done.get(key) ?? search(...args);
      done.set(key, known);
      return known;
    };
  return Object.fromEntries(
    Object.entries(searches).map(([name, search]) => [name, once(name, search as Search)]),
  ) as T;
}

/** A value and what it was before, as far back as a read may lag. */
export type Versions<T> = { readonly since: number; readonly value: T }[];

/** Ten minutes: longer than any read lags. */
const horizon = 600_000;

/** However fast it changes. */
const most = 200;

export function startWith<T>(value: T, now: number): Versions<T> {
  return [{ since: now, value }];
}

export function put<T>(versions: Versions<T>, value: T, now: number): void {
  // What lasted for no time, nobody can have read.
  if (versions.at(-1)?.since === now) versions.pop();
  versions.push({ since: now, value });
  let old = Math.max(0, versions.length - most);
  while ((versions[old + 1]?.since ?? now) < now - horizon) old++;
  if (old > 0) versions.splice(0, old);
}

/** What it was at that time; undefined when it was not there yet. */
export function valueAt<T>(versions: Versions<T>, time: number): T | undefined {
  return versions.findLast((version) => version.since <= time)?.value;
}

export function latest<T>(versions: Versions<T>): T {
  const version = versions.at(-1);
  if (version === undefined) throw new Error('a value without a version');
  return version.value;
}

import { eventually as patiently } from '../harness/eventually.ts';

/** For a server on loopback, that answers within milliseconds. */
export const eventually = <T>(attempt: () => T | Promise<T>): Promise<T> =>
  patiently(attempt, { everyMs: 4 });

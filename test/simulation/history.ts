import type { Time } from './time.ts';

/** What happened, for whoever has to understand a run. */
export interface History {
  add(who: string, what: string): void;
  readonly lines: readonly string[];
}

export function createHistory(time: Time): History {
  const lines: string[] = [];
  return {
    lines,
    add(who, what) {
      lines.push(`${new Date(time.now()).toISOString().slice(5, 23)}  ${who.padEnd(10)} ${what}`);
    },
  };
}

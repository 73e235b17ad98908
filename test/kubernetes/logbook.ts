import type { Log } from '../../src/kubernetes/log.ts';

export interface Logbook extends Log {
  readonly lines: string[];
  matching(pattern: RegExp): string[];
}

export function logbook(): Logbook {
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level} ${message}`);
  };
  return {
    lines,
    matching: (pattern) => lines.filter((line) => pattern.test(line)),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

/** What one check found, in words for people. */
export interface Finding {
  /** `warning`: works, or is optional, but look at it. `skipped`: not applicable, or cannot be told. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What to do about it, one line each. */
  readonly remedy: readonly string[];
}

export function ok(found: string): Finding {
  return { status: 'ok', found, remedy: [] };
}

export function warn(found: string, ...remedy: string[]): Finding {
  return { status: 'warning', found, remedy };
}

export function fail(found: string, ...remedy: string[]): Finding {
  return { status: 'failed', found, remedy };
}

export function skip(reason: string, ...remedy: string[]): Finding {
  return { status: 'skipped', found: reason, remedy };
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

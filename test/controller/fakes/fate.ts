/** One thing a process does to the world outside: the places at which something may go wrong. */
export interface Point {
  /** Counted from 1 since the process began, over everything. */
  readonly index: number;
  /** Counted from 1 for this operation. */
  readonly nth: number;
  readonly kind: 'Read' | 'Write' | 'Store';
  readonly operation: string;
  readonly accountId?: string;
}

export type Effect =
  /** Nothing is done, and the caller is told so. */
  | { readonly kind: 'Refuse'; readonly error: Error }
  /** It is done, and the answer is lost. */
  | { readonly kind: 'AnswerLost'; readonly error: Error }
  /** The process ends before or after it is done. */
  | { readonly kind: 'Crash'; readonly when: 'Before' | 'After' }
  /** A read shows the world before the last so many changes. */
  | { readonly kind: 'Stale'; readonly changes: number }
  /** Somebody else is faster. */
  | { readonly kind: 'Meanwhile'; readonly happens: () => void | Promise<void> };

export type Script = (point: Point) => Effect | undefined;

/** The process is gone: nothing that it still does has an effect. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** What befalls one process. */
export interface Fate {
  script: Script;
  readonly met: readonly Point[];
  readonly crashed: boolean;
  /** Does it, with what befalls it. `changes`: how many changes a read lags behind. */
  pass<T>(what: Omit<Point, 'index' | 'nth'>, act: (changes: number) => T): Promise<T>;
  /** A new process: nothing has been met. The script stays. */
  renew(): void;
}

export function createFate(): Fate {
  const met: Point[] = [];
  let crashed = false;
  const crash = (): never => {
    crashed = true;
    throw new Crash();
  };
  const fate: Fate = {
    script: () => undefined,
    met,
    get crashed() {
      return crashed;
    },
    async pass(what, act) {
      if (crashed) throw new Crash();
      const nth = 1 + met.filter(({ operation }) => operation === what.operation).length;
      const point = { ...what, nth, index: met.length + 1 };
      met.push(point);
      const effect = fate.script(point);
      switch (effect?.kind) {
        case undefined:
          return act(0);
        case 'Refuse':
          throw effect.error;
        case 'AnswerLost':
          act(0);
          throw effect.error;
        case 'Stale':
          return act(effect.changes);
        case 'Meanwhile':
          await effect.happens();
          return act(0);
        case 'Crash':
          if (effect.when === 'After') act(0);
          return crash();
      }
    },
    renew() {
      met.length = 0;
      crashed = false;
    },
  };
  return fate;
}

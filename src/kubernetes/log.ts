/** What this room needs of a logger; a pino logger is one. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * A trouble that lasts is told once: when it begins, again only when it becomes another one, and when it is over.
 */
export interface Trouble {
  reported(message: string, fields?: object): void;
  over(message: string): void;
  current(): string | undefined;
}

export function createTrouble(log: Log): Trouble {
  let current: string | undefined;
  return {
    reported(message, fields = {}) {
      if (message === current) return;
      current = message;
      log.warn(fields, message);
    },
    over(message) {
      if (current === undefined) return;
      current = undefined;
      log.info({}, message);
    },
    current: () => current,
  };
}

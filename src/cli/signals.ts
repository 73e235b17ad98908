import { programNameOf } from './programName.ts';

/** Resolves with the name of the first signal that asks to stop; a second one ends the process at once. */
export function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}

/** Milliseconds that a command has to end by itself after a signal, below the second that the docs promise. */
const longestEnding = 700;

/**
 * For commands that only read or are safe to repeat: aborted by the first signal that asks to stop. A command that waits
 * for something that no abort reaches is ended all the same, with exit code 1.
 */
export function abortedBySignal(): AbortSignal {
  const stopping = new AbortController();
  void nextSignal().then((name) => {
    stopping.abort(new Error(`stopped by ${name}`));
    endAfter(longestEnding, `stopped by ${name}`);
  });
  return stopping.signal;
}

/** Ends the process with exit code 1 and that message if it is still there after so many milliseconds. */
export function endAfter(milliseconds: number, message: string): void {
  const end = (): never => {
    process.stderr.write(`${programNameOf(process.argv[1])}: ${message}\n`);
    process.exit(1);
  };
  setTimeout(end, milliseconds).unref();
}

import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import type { Clock } from '../time/clock.ts';

export type Paint = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** Where a command that ends writes to, and whom it may ask. */
export interface Terminal {
  /** The answer itself: standard output. */
  out(text: string): void;
  /** What goes on meanwhile: standard error. */
  err(text: string): void;
  /** Coloured on a terminal without NO_COLOR, as it is elsewhere. */
  paint(how: Paint, text: string): string;
  /** Whether a person sits there who can answer. */
  readonly interactive: boolean;
  /** Whether the person says yes. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const coloured = stdout.isTTY === true && !process.env['NO_COLOR'];
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    paint: (how, text) => (coloured ? styleText(how, text, { validateStream: false }) : text),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    async confirm(question, signal) {
      const lines = createInterface({ input: stdin, output: stdout });
      try {
        const answer = await lines.question(`${question} [y/N] `, { signal });
        return /^y(es)?$/i.test(answer.trim());
      } catch {
        // Ctrl-C is an answer too.
        stdout.write('\n');
        return false;
      } finally {
        lines.close();
      }
    },
  };
}

/** Says on standard error what is waited for, once it takes longer than a second. */
export async function patiently<T>(
  { terminal, clock }: { readonly terminal: Terminal; readonly clock: Clock },
  what: string,
  work: Promise<T>,
): Promise<T> {
  const cancel = clock.after(1_000, () => terminal.err(`${what} …`));
  try {
    return await work;
  } finally {
    cancel();
  }
}

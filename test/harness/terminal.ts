import { spawn } from 'node:child_process';
import { eventually } from './eventually.ts';
import type { ProgramOptions } from './program.ts';
import { reapWithUs } from './reaper.ts';

export interface Terminal extends AsyncDisposable {
  /** Everything that was printed so far, without carriage returns. */
  screen(): string;
  type(keys: string): void;
  /** Waits until the screen shows it. @throws Error with the screen when it does not, or the program ended. */
  shows(wanted: RegExp, timeoutMs?: number): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number>;
}

export const ctrlC = '\u0003';

/** Runs one command, in the words of a shell, on a pseudo-terminal of its own. */
export function openTerminal(line: string, { env, cwd }: ProgramOptions = {}): Terminal {
  // env: a line may begin with variables. Without a shell that stays beside it: Ctrl-C would end that too, and its exit code would be the shell's.
  const child = spawn('script', ['-qfec', `exec env ${line}`, '/dev/null'], { env, cwd, stdio: 'pipe' });
  const forget = child.pid === undefined ? () => {} : reapWithUs(child.pid);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk.replaceAll('\r', '');
    });
  }
  child.stdin.on('error', () => {});
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      forget();
      resolve(code ?? 128);
    });
  });
  return {
    screen: () => printed,
    type: (keys) => void child.stdin.write(keys),
    ended,
    async shows(wanted, timeoutMs = 60_000) {
      await eventually(
        () => {
          if (!wanted.test(printed)) throw new Error(printed);
        },
        { timeoutMs, what: `${line} to print ${wanted}` },
      );
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

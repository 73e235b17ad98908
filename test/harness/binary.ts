import { join, resolve } from 'node:path';
import { type Exit, type RunningProcess, startProcess } from './childProcess.ts';
import { eventually, Hopeless, type Patience } from './eventually.ts';

const root = resolve(import.meta.dirname, '../..');
const node = join(root, 'node_modules', '.bin', 'node');
export const executable = join(root, 'bin', 'trusted-access.mjs');

/** One line of the log: the JSON object it is, or `{ text }` when it is not one. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface Binary extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Lines of both streams so far, in the order they came. */
  lines(): readonly LogLine[];
  stdout(): string;
  stderr(): string;
  /** The first line, past or to come, that the predicate takes. @throws Error with the last lines when none comes. */
  waitForLine(wanted: (line: LogLine) => boolean, patience?: Patience): Promise<LogLine>;
  /**
   * Calls until it neither throws nor rejects, and returns what it returned. The failure has the last lines of the
   * process, and comes at once when the process has ended.
   */
  eventually<T>(attempt: () => T | Promise<T>, patience?: Patience): Promise<T>;
  signal(signal: NodeJS.Signals): void;
  stop(graceMs?: number): Promise<Exit>;
}

const parseLine = (text: string): LogLine => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Not every line is a log record: usage texts and crashes are not.
  }
  return { text };
};

const splitLines = (add: (line: LogLine) => void) => {
  let rest = '';
  return (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') add(parseLine(line));
  };
};

/** The machine's own AWS, Kubernetes and operator settings stay outside: a test says all that the process knows. */
export const cleanEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  TZ: 'UTC',
  NO_COLOR: '1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...env,
});

const collect = (running: RunningProcess) => {
  const lines: LogLine[] = [];
  const whole = { stdout: '', stderr: '' };
  const toLines = { stdout: splitLines((l) => lines.push(l)), stderr: splitLines((l) => lines.push(l)) };
  running.onStdout((chunk) => {
    whole.stdout += chunk;
    toLines.stdout(chunk);
  });
  running.onStderr((chunk) => {
    whole.stderr += chunk;
    toLines.stderr(chunk);
  });
  return { lines, whole };
};

/** Starts `trusted-access` as a user would, from the built bundle, with `env` and nothing else of the machine's. */
export const runBinary = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Binary> => {
  const running = await startProcess(node, [executable, ...args], { env: cleanEnvironment(env), cwd: root });
  const { lines, whole } = collect(running);
  const whileRunning = <T>(attempt: () => T | Promise<T>, patience?: Patience) =>
    eventually(async () => {
      // Asked first, so that lines that came with the end are looked at once more.
      const exit = running.exit();
      try {
        return await attempt();
      } catch (error) {
        const last = lines.slice(-10).map((line) => JSON.stringify(line));
        const reason = error instanceof Error ? error.message : String(error);
        const ended = exit === undefined ? [] : [`the process ended: ${JSON.stringify(exit)}`];
        const words = [reason, ...ended, ...last].join('\n');
        throw new (exit === undefined ? Error : Hopeless)(words, { cause: error });
      }
    }, patience);
  const waitForLine = (wanted: (line: LogLine) => boolean, patience: Patience = {}) =>
    whileRunning(
      () => {
        const found = lines.find(wanted);
        if (found === undefined) throw new Error('no such line');
        return found;
      },
      { what: 'a log line', everyMs: 20, ...patience },
    );
  return {
    pid: running.pid,
    exited: running.exited,
    lines: () => lines,
    stdout: () => whole.stdout,
    stderr: () => whole.stderr,
    waitForLine,
    eventually: whileRunning,
    signal: running.signal,
    stop: running.stop,
    [Symbol.asyncDispose]: async () => void (await running.stop()),
  };
};

/** Runs `trusted-access` to its end, for commands that have one. */
export const runToEnd = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const binary = await runBinary(args, env);
  const { code } = await binary.exited;
  return { code, stdout: binary.stdout(), stderr: binary.stderr() };
};

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { reapWithUs } from './reaper.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  /** Standard output and error as they came, the last 200 kB of them. */
  output(): string;
  onStdout(handle: (chunk: string) => void): void;
  onStderr(handle: (chunk: string) => void): void;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when it has not ended `graceMs` later. */
  stop(graceMs?: number): Promise<Exit>;
}

export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

const kept = 200_000;

const started = (child: ChildProcessWithoutNullStreams, command: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${command} did not start: ${error.message}`)));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });

/** Starts a program that ends with us at the latest. Its standard input stays open until it is stopped. */
export const startProcess = async (
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<RunningProcess> => {
  const child = spawn(command, args, { ...options, stdio: 'pipe' });
  let output = '';
  let exit: Exit | undefined;
  const collect = (chunk: string) => {
    output = (output + chunk).slice(-kept);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  child.stdin.on('error', () => {});
  const pid = await started(child, command);
  const forget = reapWithUs(pid);
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      forget();
      exit = { code, signal };
      resolve(exit);
    });
  });
  const stop = async (graceMs = 5_000): Promise<Exit> => {
    if (exit !== undefined) return exit;
    child.kill('SIGTERM');
    child.stdin.end();
    const patience = new AbortController();
    const late = sleep(graceMs, undefined, { signal: patience.signal }).then(
      () => void child.kill('SIGKILL'),
      () => {},
    );
    const ended = await exited;
    patience.abort();
    await late;
    return ended;
  };
  return {
    pid,
    exited,
    exit: () => exit,
    output: () => output,
    onStdout: (handle) => void child.stdout.on('data', handle),
    onStderr: (handle) => void child.stderr.on('data', handle),
    signal: (signal) => void child.kill(signal),
    stop,
  };
};

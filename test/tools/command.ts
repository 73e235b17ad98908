import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every whole line of standard error as it comes. */
  readonly onErrorLine?: (line: string) => void;
  /** Give way to whatever else runs: tests run beside a first build. */
  readonly background?: boolean;
}

const onWholeLines = (handle: (line: string) => void) => {
  let rest = '';
  return (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) handle(line);
  };
};

/** Runs a program to its end. A program that is not there is code 127, as in a shell; it never throws for an exit code. */
export const runCommand = (command: string, args: readonly string[], options: CommandOptions = {}) =>
  new Promise<CommandResult>((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (options.background === true && child.pid !== undefined) setPriority(child.pid, 10);
    const endWithUs = () => void child.kill();
    process.once('exit', endWithUs);
    const output = { stdout: '', stderr: '' };
    const eachErrorLine = onWholeLines(options.onErrorLine ?? (() => {}));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output.stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      output.stderr += chunk;
      eachErrorLine(chunk);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: 127, stdout: '', stderr: `${command}: not found` });
      else reject(error);
    });
    child.once('close', (code) => {
      process.off('exit', endWithUs);
      resolve({ code: code ?? 128, ...output });
    });
  });

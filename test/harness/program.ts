import { spawn } from 'node:child_process';
import type { ToolName } from '../tools/catalogue.ts';
import { provision } from '../tools/provision.ts';
import { reapWithUs } from './reaper.ts';

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

export interface ProgramResult {
  /** 128 when a signal ended it, as the time-out does. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws only when it cannot be started. */
export const runProgram = (
  command: string,
  args: readonly string[],
  { stdin = '', timeoutMs = 60_000, ...options }: ProgramOptions = {},
): Promise<ProgramResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, timeout: timeoutMs, stdio: 'pipe' });
    const forget = child.pid === undefined ? () => {} : reapWithUs(child.pid);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      forget();
      resolve({ code: code ?? 128, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });

/** Where a pinned tool is; made first if it must be. */
export const toolPath = (name: ToolName): Promise<string> =>
  provision(name, (line) => process.stderr.write(`${line}\n`));

/** Runs a pinned tool (`helm`, `kubeconform`, `glua`, …) to its end. */
export const runTool = async (
  name: ToolName,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> => runProgram(await toolPath(name), args, options);

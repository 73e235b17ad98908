import { spawn } from 'node:child_process';
import { eventually } from './eventually.ts';
import { reapWithUs } from './reaper.ts';

export interface InteractiveShell extends AsyncDisposable {
  /** Runs a line to its end. @throws Error with what is on the screen when it does not end. */
  run(line: string): Promise<string>;
  /** The line as it stands after Tab was pressed at its end. It is evaluated. */
  completed(line: string): Promise<string>;
  /** Presses Tab at the end of the line, takes it all back, and runs another. */
  afterTab(line: string, then: string): Promise<string>;
}

const startOfLine = '\u0001';
const killLine = '\u0015';

/** A shell as a person has it, on a terminal of its own. Both bash and zsh edit lines as Emacs does. */
export function startShell(command: string, env: NodeJS.ProcessEnv, cwd: string): InteractiveShell {
  const child = spawn('script', ['-qfec', command, '/dev/null'], { env, cwd, stdio: 'pipe' });
  const forget = child.pid === undefined ? () => {} : reapWithUs(child.pid);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let screen = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      screen += chunk;
    });
  }
  child.stdin.on('error', () => {});
  let count = 0;

  /** What is printed between two marks, which no echo of what was typed contains. */
  const between = async (type: (begin: string, end: string) => string) => {
    count += 1;
    const [begin, end] = [`<${count}`, `${count}>`];
    const from = screen.length;
    child.stdin.write(type(`'<'${count}`, `${count}'>'`));
    return eventually(
      () => {
        const found = new RegExp(`${begin}\\r?\\n?([\\s\\S]*?)\\r?\\n?${end}`).exec(screen.slice(from));
        if (!found) throw new Error(JSON.stringify(screen.slice(from)));
        return (found[1] ?? '').replaceAll('\r', '').trimEnd();
      },
      { what: `the shell to answer` },
    );
  };

  return {
    afterTab: (line, then) =>
      between((begin, end) => `${line}\t${killLine}echo ${begin}; ${then}; echo ${end}\n`),
    run: (line) => between((begin, end) => `echo ${begin}; ${line}; echo ${end}\n`),
    completed: (line) =>
      between((begin, end) => `${line}\t ${end}${startOfLine}echo ${begin} \n`).then((text) => text.trim()),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      forget();
    },
  };
}

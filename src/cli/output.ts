/** What a shell shows of a program that SIGPIPE ended, as `head` does to those that write to it. */
export const endedByPipe = 141;

/** Milliseconds that a reader has to take the last of the output. */
const longestFlush = 2_000;

let withoutReader: (error: NodeJS.ErrnoException) => void = endQuietly;

/**
 * Without listeners Node.js ends the process with a stack when the reader of a pipe has gone. Standard output decides
 * what happens then; an unread standard error changes nothing.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error) => withoutReader(error));
  process.stderr.on('error', () => {});
}

/** Calls `handler`, at most once, instead of ending the process, when nothing can be written to standard output any more. */
export function whenOutputEnds(handler: (error: NodeJS.ErrnoException) => void): void {
  withoutReader = (error) => {
    withoutReader = () => {};
    handler(error);
  };
}

function endQuietly({ code, message }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(endedByPipe);
  process.stderr.write(`cannot write to standard output: ${message}\n`);
  process.exit(1);
}

/**
 * Ends the process once its output is written. Left alone Node.js waits for every connection and child process, those
 * included that were given up because nothing answered.
 */
export async function endWhenWritten(): Promise<never> {
  setTimeout(() => process.exit(), longestFlush).unref();
  await Promise.all([process.stdout, process.stderr].map(written));
  return process.exit();
}

/** The callback comes after everything that was written before, or with the error. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

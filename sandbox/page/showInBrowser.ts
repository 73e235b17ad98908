/** Ten lines; the package for it (`open`) brings six others, for browsers that nobody names here. */
import { spawn } from 'node:child_process';

/** How a program is started beside this one: rejects when it cannot be, or says that it failed. */
export type Launch = (command: string, args: readonly string[]) => Promise<void>;

const openers: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  // The empty title keeps `start` from taking the address for one.
  win32: ['cmd', '/c', 'start', ''],
};

/** Shows an address in the person's browser; false when this machine has no way to. */
export async function showInBrowser(
  address: string,
  platform: NodeJS.Platform = process.platform,
  launch: Launch = launchBeside,
): Promise<boolean> {
  const [command, ...args] = openers[platform] ?? ['xdg-open'];
  return launch(command, [...args, address]).then(
    () => true,
    () => false,
  );
}

/** Milliseconds after which an opener that still runs is taken to have found a browser. */
const patience = 2_000;

function launchBeside(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    const timer = setTimeout(resolve, patience);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}`));
    });
    // The browser stays when the sandbox ends.
    child.unref();
  });
}

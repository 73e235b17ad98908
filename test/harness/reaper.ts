import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * A shell that is told every process we start and every one that ended. Its input closes when we die, however we die
 * (a test worker may be killed outright), and it then ends what is left, by process id.
 */
const script = `
pids=
while read -r op pid; do
  case $op in
    +) pids="$pids $pid" ;;
    -) kept=; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for p in $pids; do kill -9 "$p"; done`;

let notifyReaper: ((line: string) => void) | undefined;

const startReaper = () => {
  const shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const input = shell.stdin;
  input.on('error', () => {});
  shell.unref();
  if (input instanceof Socket) input.unref();
  return (line: string) => void input.write(`${line}\n`);
};

const alive = new Set<number>();
const folders = new Set<string>();

process.once('exit', () => {
  for (const pid of alive) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** From now on the process does not outlive this one. Returns what to call once it has ended. */
export const reapWithUs = (pid: number): (() => void) => {
  notifyReaper ??= startReaper();
  notifyReaper(`+ ${pid}`);
  alive.add(pid);
  return () => {
    alive.delete(pid);
    notifyReaper?.(`- ${pid}`);
  };
};

/** From now on the folder is removed when this process ends. Returns what removes it now. */
export const removeWithUs = (folder: string): (() => void) => {
  folders.add(folder);
  return () => {
    folders.delete(folder);
    rmSync(folder, { recursive: true, force: true });
  };
};

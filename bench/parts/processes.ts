/** What Linux says of a process: its memory and its time on the processor. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  /** Megabytes (2^20) resident: own pages and pages of files, the program of Node.js among them. */
  readonly resident: number;
  readonly own: number;
  readonly files: number;
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { resident: of('VmRSS'), own: of('RssAnon'), files: of('RssFile'), peak: of('VmHWM') };
}

/** Milliseconds that all threads of the process have been on a processor. */
export function processorTime(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return 0;
    }
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

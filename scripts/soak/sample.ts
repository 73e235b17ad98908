/** What Linux says of a process that should not grow. */
import { readdirSync, readlinkSync } from 'node:fs';
import { memoryOf } from '../../bench/parts/processes.ts';

export interface Sample {
  /** Seconds since the work began. */
  readonly at: number;
  /** Megabytes. */
  readonly resident: number;
  readonly own: number;
  /** Open files of any kind, sockets too. */
  readonly handles: number;
  readonly sockets: number;
}

export function sampleOf(pid: number, at: number): Sample {
  const { resident, own } = memoryOf(pid);
  const kinds = readdirSync(`/proc/${pid}/fd`).map((handle) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${handle}`);
    } catch {
      return '';
    }
  });
  return {
    at,
    resident,
    own,
    handles: kinds.length,
    sockets: kinds.filter((kind) => kind.startsWith('socket:')).length,
  };
}

export interface Growth {
  readonly what: 'own' | 'handles' | 'sockets';
  /** Medians of the second tenth of the time and of the last. */
  readonly early: number;
  readonly late: number;
  readonly isFlat: boolean;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What may differ from the beginning to the end although nothing grows: caches fill, connections come and go. */
const slack = { own: 10, handles: 8, sockets: 8 } as const;

export function growth(samples: readonly Sample[]): readonly Growth[] {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  return (['own', 'handles', 'sockets'] as const).map((what) => {
    const early = median(samples.slice(tenth, 2 * tenth).map((sample) => sample[what]));
    const late = median(samples.slice(-tenth).map((sample) => sample[what]));
    return { what, early, late, isFlat: late - early <= slack[what] };
  });
}

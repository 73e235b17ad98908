import type { ResourceRef } from '../controller/ports.ts';
import type { Random } from '../time/clock.ts';
import { type EventText, firstAnnotations } from './kubernetesEvent.ts';

/** One Event object: a first occurrence, and those alike that followed soon. */
export interface Series {
  readonly regarding: ResourceRef;
  readonly text: EventText;
  readonly firstAt: number;
  /** Of the last occurrence; of a series also what identifies the first. */
  annotations: EventText['annotations'];
  /** Of the Event object. */
  name: string;
  lastAt: number;
  count: number;
  /** Whether the API server has it. */
  written: boolean;
}

export interface SeriesBook {
  /** The series that an occurrence at `at` (epoch milliseconds) belongs to, counted. */
  seriesFor(resource: ResourceRef, text: EventText, at: number): Series;
  nameFor(resource: string, at: number): string;
}

/** As client-go: the same happening again within this time (milliseconds) makes a series. */
export const seriesWindow = 6 * 60_000;
/** Series remembered, at most. */
const capacity = 1_000;

export function createSeriesBook(random: Random): SeriesBook {
  const known = new Map<string, Series>();

  const nameFor = (resource: string, at: number): string => {
    const unique = Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
    return `${resource.slice(0, 230)}.${at.toString(16)}${unique}`;
  };

  /** The map is in order of the last occurrence. */
  const forget = (at: number): void => {
    for (const [key, { lastAt }] of known) {
      if (at - lastAt <= seriesWindow && known.size < capacity) return;
      known.delete(key);
    }
  };

  return {
    nameFor,
    seriesFor(resource, text, at) {
      forget(at);
      const key = `${resource.uid}|${resource.name}|${text.alike}`;
      const series = known.get(key) ?? {
        regarding: resource,
        text,
        firstAt: at,
        annotations: text.annotations,
        name: nameFor(resource.name, at),
        lastAt: at,
        count: 0,
        written: false,
      };
      series.lastAt = at;
      series.count += 1;
      series.annotations =
        series.count > 1
          ? { ...text.annotations, ...firstAnnotations(series.text.annotations) }
          : text.annotations;
      known.delete(key);
      known.set(key, series);
      return series;
    },
  };
}

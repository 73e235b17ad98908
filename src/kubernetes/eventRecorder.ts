import type { Notice, Recorder } from '../controller/ports.ts';
import { apiVersion, group, kind } from '../crds/trustedAccess.ts';
import { createRetryDelays } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { pause } from '../time/sleep.ts';
import { type ApiCall, ApiError, apiBackoff, hasCode, type KubernetesApi, mergePatch } from './api.ts';
import { createSeriesBook, type Series } from './eventSeries.ts';
import { eventAnnotations, eventText, eventWords } from './kubernetesEvent.ts';
import { createTrouble, type Log } from './log.ts';

export interface EventRecorderOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Pod name, or the host's. */
  readonly instance: string;
  /** Where events about cluster-scoped objects live; default `default`, the API server takes no other. */
  readonly namespace?: string;
}

export interface EventRecorder extends Recorder {
  /** Writes what waits, for two seconds at most; nothing is taken after. */
  close(): Promise<void>;
}

/** Events waiting, at most. */
const capacity = 1_000;
const attempts = 5;

const microTime = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

/** Worth another attempt: no answer, or one of the server's own. */
const passes = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.code === 429 || error.code >= 500;

function creation(series: Series, namespace: string, instance: string): ApiCall {
  const { text, regarding } = series;
  const body = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: series.name, namespace, ...annotated(series) },
    eventTime: microTime(series.firstAt),
    reportingController: `${group}/operator`,
    reportingInstance: eventWords(instance, 128) || 'unknown',
    type: text.type,
    reason: text.reason,
    action: text.action,
    note: text.note,
    regarding: { apiVersion, kind, name: regarding.name, uid: regarding.uid },
    ...seriesOf(series),
  };
  return {
    method: 'POST',
    path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
    body,
    timeout: 10_000,
  };
}

/** A series has two occurrences at least. */
const seriesOf = ({ count, lastAt }: Series) =>
  count < 2 ? {} : { series: { count, lastObservedTime: microTime(lastAt) } };

const annotated = ({ annotations }: Series) => (Object.keys(annotations).length === 0 ? {} : { annotations });

/** A merge patch keeps what it does not name: an earlier occurrence's CloudTrail event is not the last one's. */
const noAnnotations = Object.fromEntries(Object.values(eventAnnotations).map((name) => [name, null]));

const continuation = (series: Series, namespace: string): ApiCall => ({
  method: 'PATCH',
  path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${encodeURIComponent(series.name)}`,
  contentType: mergePatch,
  body: {
    ...(Object.keys(series.annotations).length > 0 && {
      metadata: { annotations: { ...noAnnotations, ...series.annotations } },
    }),
    ...seriesOf(series),
  },
  timeout: 10_000,
});

/** Announcements as Kubernetes events. Never blocks and never throws: an event that cannot be written is told once. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { api, clock, random, log, namespace = 'default' } = options;
  const trouble = createTrouble(log);
  const stopping = new AbortController();
  const book = createSeriesBook(random);
  const waiting = new Set<Series>();
  let pumping: Promise<void> | undefined;

  const write = async (series: Series): Promise<void> => {
    if (!series.written) {
      try {
        await api.call(creation(series, namespace, options.instance), stopping.signal);
      } catch (error) {
        // An earlier attempt arrived although its answer did not.
        if (!hasCode(error, 409)) throw error;
      }
      series.written = true;
      return;
    }
    try {
      await api.call(continuation(series, namespace), stopping.signal);
    } catch (error) {
      if (!hasCode(error, 404)) throw error;
      // Events live for an hour by default: this one is history.
      series.written = false;
      series.name = book.nameFor(series.regarding.name, series.lastAt);
      await write(series);
    }
  };

  const deliver = async (series: Series): Promise<void> => {
    const delays = createRetryDelays(apiBackoff, random);
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await write(series);
        return trouble.over('writing Kubernetes events again');
      } catch (error) {
        if (stopping.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        trouble.reported(`cannot write Kubernetes events: ${reason}`);
        if (!passes(error) || attempt >= attempts) return;
        await pause(clock, delays.next(), stopping.signal);
      }
    }
  };

  const pump = async (): Promise<void> => {
    for (const series of waiting) {
      waiting.delete(series);
      await deliver(series);
    }
    pumping = undefined;
  };

  const take = (notice: Notice): void => {
    const text = eventText(notice);
    if (text === undefined || stopping.signal.aborted) return;
    waiting.add(book.seriesFor(notice.resource, text, notice.at));
    if (waiting.size > capacity) {
      for (const oldest of waiting) {
        waiting.delete(oldest);
        break;
      }
      trouble.reported(
        'dropping the oldest Kubernetes events: the API server does not accept them fast enough',
      );
    }
    pumping ??= pump();
  };

  return {
    emit(notice) {
      try {
        take(notice);
      } catch (error) {
        log.error({ err: error }, 'could not make a Kubernetes event');
      }
    },
    async close() {
      using until = deadline(clock, 2_000, stopping.signal, 'events: no time left');
      const late = new Promise<void>((resolve) => {
        until.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([pumping, late]);
      stopping.abort(new Error('stopped'));
    },
  };
}

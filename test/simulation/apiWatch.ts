import type { ApiServer, Json, WatchEvent } from './apiServer.ts';
import type { Life } from './life.ts';
import type { Time } from './time.ts';

export interface WatchConditions {
  /** Milliseconds until an event arrives. */
  lag(): number;
  /** Ends every watch that is open; the returned function stops listening. */
  onCut(cut: () => void): () => void;
}

export interface WatchRequest {
  readonly collection: string;
  readonly from: number;
  readonly timeoutSeconds: number;
}

const bookmarkEvery = 60_000;

/** The body of one watch: events in order, each after its lag, a bookmark a minute, an ERROR when the history is gone. */
export function openWatch(
  {
    server,
    time,
    life,
    conditions,
  }: { server: ApiServer; time: Time; life: Life; conditions: WatchConditions },
  request: WatchRequest,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const stream = createStream(life);
  const undo: (() => void)[] = [];
  let arrives = time.now();
  const send = (event: Json) => {
    arrives = Math.max(arrives, time.now() + conditions.lag());
    time.after(arrives - time.now(), () => stream.push(event));
  };
  const close = (error?: unknown) => {
    for (const one of undo.splice(0)) one();
    stream.end(error);
  };
  const report = ({ type, object }: WatchEvent) => send({ type, object });
  const past = server.since(request.collection, request.from);
  if (past === undefined) {
    send({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } });
    return stream.body;
  }
  for (const event of past) report(event);
  const bookmark = () => {
    send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: server.revision } } });
    next = time.after(bookmarkEvery, bookmark);
  };
  let next = time.after(bookmarkEvery, bookmark);
  const abort = () => close(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  undo.push(
    server.subscribe((collection, event) => void (collection === request.collection && report(event))),
    () => next(),
    time.after(request.timeoutSeconds * 1_000, () => close()),
    conditions.onCut(() => close(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))),
    () => signal.removeEventListener('abort', abort),
  );
  return stream.body;
}

function createStream(life: Life) {
  const chunks: Uint8Array[] = [];
  let over: { readonly error?: unknown } | undefined;
  let wake = () => {};
  const encoder = new TextEncoder();
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk) yield chunk;
      else if (over) {
        if (over.error !== undefined) throw over.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  const change = (work: () => void) =>
    life.deliver(() => {
      work();
      wake();
    });
  return {
    body: read(),
    push(event: Json) {
      const bytes = encoder.encode(`${JSON.stringify(event)}\n`);
      // A line may come in two pieces.
      const half = bytes.length >> 1;
      change(() => void (over || chunks.push(bytes.slice(0, half), bytes.slice(half))));
    },
    end(error?: unknown) {
      change(() => {
        over ??= { error };
      });
    },
  };
}

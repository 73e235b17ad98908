import type { Answer, ManifestRequest, OutsideChangeRequest, Snapshot } from '../view.ts';

export interface Connection {
  /** Calls back with each snapshot; resolves, with the reason in words, when no more will come. */
  follow(show: (snapshot: Snapshot) => void): Promise<string>;
  ask(path: '/changes', request: OutsideChangeRequest): Promise<Answer>;
  ask(path: '/manifests', request: ManifestRequest): Promise<Answer>;
}

const ended = 'The sandbox has ended. This page shows its last state.';

/** The key came behind the #, which no server is told; it stays with this tab. */
export function connect(): Connection {
  const given = location.hash.slice(1);
  if (given !== '') sessionStorage.setItem('key', given);
  const key = sessionStorage.getItem('key') ?? '';
  const authorization = `Bearer ${key}`;

  return {
    async follow(show) {
      try {
        const response = await fetch('/events', { headers: { authorization } });
        if (!response.ok || !response.body) return messageIn(await response.text());
        await readEvents(response.body, (data) => show(JSON.parse(data)));
      } catch {
        // The connection broke: there is nobody on this machine any more.
      }
      return ended;
    },
    async ask(path, request) {
      try {
        const response = await fetch(path, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify(request),
        });
        return await response.json();
      } catch {
        return { done: false, message: ended };
      }
    },
  };
}

function messageIn(body: string): string {
  try {
    return JSON.parse(body).message;
  } catch {
    return body;
  }
}

/** Server-sent events; EventSource itself cannot send the key. */
async function readEvents(
  body: ReadableStream<BufferSource>,
  snapshot: (data: string) => void,
): Promise<void> {
  let rest = '';
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('event: end')) return;
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) snapshot(data);
    }
  }
}

import { type IncomingMessage as Answer, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../time/clock.ts';
import { deadline, TimeoutError } from '../time/deadline.ts';
import { orAborted } from '../time/sleep.ts';
import { type ApiCall, ApiError, apiError, type KubernetesApi, retryAfterOf } from './api.ts';
import type { ClusterAccess } from './kubeConfig.ts';

export interface HttpApiOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** For example `trusted-access-operator/1.2.3`. */
  readonly userAgent: string;
}

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

async function textOf(answer: Answer): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return text;
}

async function bodyOf(answer: Answer): Promise<unknown> {
  const text = await textOf(answer);
  const body = asJson(text);
  if (typeof body !== 'string') return body;
  throw new ApiError(answer.statusCode ?? 0, '', `not JSON: ${text.slice(0, 100)}`);
}

async function refusal(answer: Answer, clock: Clock): Promise<ApiError> {
  const wait = retryAfterOf(answer.headers['retry-after'], clock.now());
  return apiError(asJson(await textOf(answer)), answer.statusCode, wait);
}

interface Outgoing {
  readonly url: string;
  readonly options: RequestOptions;
  readonly payload: string | undefined;
}

/** Rejects with `stale` when a connection that had been kept open was closed by the server in this very moment. */
const stale = Symbol('stale');

const received = new WeakSet<Socket>();

/**
 * Between the end of an answer and the return of its connection to the pool Node.js listens to the connection's
 * errors no more. An abort just then, as by an ERROR event that came together with the end, would end the process.
 */
function receive(socket: Socket): void {
  if (received.has(socket)) return;
  received.add(socket);
  socket.on('error', () => {});
}

function exchange({ url, options, payload }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const outgoing = send(url, options, resolve);
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      reject(outgoing.reusedSocket && error.code === 'ECONNRESET' ? stale : error),
    );
    outgoing.once('socket', receive);
    // What is said after the answer began is said to its reader.
    outgoing.on('error', () => {});
    outgoing.end(payload);
  });
}

/** Repeating is right: an apply and a patch say the whole, an update carries its version, a name is made once. */
async function exchangeAgain(outgoing: Outgoing): Promise<Answer> {
  for (;;) {
    try {
      return await exchange(outgoing);
    } catch (error) {
      if (error !== stale) throw error;
    }
  }
}

/** When the signal is aborted because nothing came for too long, no call is to try another old connection. */
function onSilence(signal: AbortSignal, access: ClusterAccess): () => void {
  const observe = () => {
    if (signal.reason instanceof TimeoutError) access.closeIdle();
  };
  signal.addEventListener('abort', observe, { once: true });
  return () => signal.removeEventListener('abort', observe);
}

export function createHttpApi({ access, clock, userAgent }: HttpApiOptions): KubernetesApi {
  const send = async (call: ApiCall, signal: AbortSignal): Promise<Answer> => {
    // The plug-in of a kubeconfig may wait for a person, or hang.
    const { server, headers, agent } = await orAborted(access.authenticate(), signal);
    const query = new URLSearchParams(call.query).toString();
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    return exchangeAgain({
      url: `${server}${call.path}${query === '' ? '' : `?${query}`}`,
      options: {
        method: call.method,
        headers: {
          ...headers,
          accept: 'application/json',
          'user-agent': userAgent,
          ...(payload !== undefined && {
            'content-type': call.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(payload),
          }),
        },
        agent,
        signal,
      },
      payload,
    });
  };

  /** A token may have been rotated before its time: 401 reads the credentials anew, once. */
  const sendTwice = async (call: ApiCall, signal: AbortSignal): Promise<Answer> => {
    const first = await send(call, signal);
    if (first.statusCode !== 401) return first;
    first.resume();
    access.reload();
    return send(call, signal);
  };

  const accepted = async (call: ApiCall, signal: AbortSignal): Promise<Answer> => {
    const answer = await sendTwice(call, signal);
    const code = answer.statusCode ?? 0;
    if (code >= 200 && code < 300) return answer;
    throw await refusal(answer, clock);
  };

  return {
    async call(call, parent) {
      const limit = call.timeout ?? 30_000;
      const message = `${call.method} ${call.path}: no answer within ${limit / 1000} s`;
      using until = deadline(clock, limit, parent, message);
      const forget = onSilence(until.signal, access);
      try {
        return await bodyOf(await accepted(call, until.signal));
      } catch (error) {
        // Node.js only says that it was aborted.
        until.signal.throwIfAborted();
        throw error;
      } finally {
        forget();
      }
    },
    async stream(call, signal) {
      onSilence(signal, access);
      const answer = await accepted(call, signal);
      // An abort must reach whoever reads; nobody need listen to what the destroyed body says afterwards.
      answer.on('error', () => {});
      return answer;
    },
    close: async () => access.close(),
  };
}

import { type Dispatcher, request } from 'undici';
import type { Clock } from '../controller/ports.ts';
import { type ApiCall, ApiError, apiError, type KubernetesApi, retryAfterOf } from './api.ts';
import type { ClusterAccess } from './kubeConfig.ts';
import { deadline } from './timing.ts';

export interface HttpApiOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** For example `trusted-access-operator/1.2.3`. */
  readonly userAgent: string;
}

type Answer = Dispatcher.ResponseData;

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

async function refusal(answer: Answer, clock: Clock): Promise<ApiError> {
  const wait = retryAfterOf(single(answer.headers['retry-after']), clock.now());
  return apiError(asJson(await answer.body.text()), answer.statusCode, wait);
}

export function createHttpApi({ access, clock, userAgent }: HttpApiOptions): KubernetesApi {
  const send = async (call: ApiCall, signal: AbortSignal): Promise<Answer> => {
    const { server, headers, dispatcher } = await access.authenticate();
    signal.throwIfAborted();
    const query = new URLSearchParams(call.query).toString();
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    return request(`${server}${call.path}${query === '' ? '' : `?${query}`}`, {
      method: call.method,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': userAgent,
        ...(payload === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      },
      body: payload ?? null,
      dispatcher,
      signal,
    });
  };

  /** A token may have been rotated before its time: 401 reads the credentials anew, once. */
  const sendTwice = async (call: ApiCall, signal: AbortSignal): Promise<Answer> => {
    const first = await send(call, signal);
    if (first.statusCode !== 401) return first;
    await first.body.dump();
    access.reload();
    return send(call, signal);
  };

  const accepted = async (call: ApiCall, signal: AbortSignal): Promise<Answer> => {
    const answer = await sendTwice(call, signal);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    throw await refusal(answer, clock);
  };

  return {
    async call(call, parent) {
      const limit = call.timeout ?? 30_000;
      const message = `${call.method} ${call.path}: no answer within ${limit / 1000} s`;
      using until = deadline(clock, limit, parent, message);
      const answer = await accepted(call, until.signal);
      const text = await answer.body.text();
      const body = asJson(text);
      if (typeof body === 'string')
        throw new ApiError(answer.statusCode, '', `not JSON: ${text.slice(0, 100)}`);
      return body;
    },
    async stream(call, signal) {
      const answer = await accepted(call, signal);
      // An abort must reach whoever reads; nobody need listen to what the destroyed body says afterwards.
      answer.body.on('error', () => {});
      return answer.body;
    },
    close: () => access.close(),
  };
}

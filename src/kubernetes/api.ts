/**
 * The few calls of the Kubernetes API that the operator makes, as plain JSON. The generated client of
 * `@kubernetes/client-node` holds a model of every kind there is; three kinds are needed here.
 */
import { z } from 'zod';
import type { Backoff } from '../time/backoff.ts';

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** From `/api` or `/apis` on, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Milliseconds for the whole call, default 30 000. */
  readonly timeout?: number;
}

export interface KubernetesApi {
  /** The parsed body of the answer. Rejects with an ApiError, an error of the network, or the signal's reason. */
  call(call: ApiCall, signal: AbortSignal): Promise<unknown>;
  /**
   * Resolves with the body as it arrives once the answer has begun. It has no time-out: whoever reads it
   * knows how long silence may last, and ends it through the signal.
   */
  stream(call: ApiCall, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Between attempts of a call that must succeed some time. */
export const apiBackoff: Backoff = { first: 1_600, longest: 30_000 };

export const mergePatch = 'application/merge-patch+json';
export const applyPatch = 'application/apply-patch+yaml';

/** `Status` of meta/v1, as far as it is read. */
const statusSchema = z.object({
  code: z.number().catch(0).default(0),
  reason: z.string().catch('').default(''),
  message: z.string().catch('').default(''),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional().catch(undefined),
});

/** What the API server refused, in its words. `code` is that of HTTP, `reason` the word of the Status. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  readonly code: number;
  readonly reason: string;
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(code: number, reason: string, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** The object changed meanwhile: read it again and decide again. */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
}

/** Retry-After of HTTP, in seconds or as a date; milliseconds from `now`. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** An error from an answer's body or a watch's ERROR event; either may be no Status at all. */
export function apiError(body: unknown, code?: number, retryAfter?: number): ApiError {
  const parsed = statusSchema.safeParse(body);
  const status = parsed.success ? parsed.data : { code: 0, reason: '', message: '', details: undefined };
  const effective = code ?? status.code;
  const message = status.message || (typeof body === 'string' && body.trim().slice(0, 300)) || 'no message';
  const asked = status.details?.retryAfterSeconds;
  const delay = retryAfter ?? (asked === undefined ? undefined : asked * 1000);
  const text = `${effective} ${status.reason}`.trim();
  const Kind = effective === 409 && status.reason !== 'AlreadyExists' ? ConflictError : ApiError;
  return new Kind(effective, status.reason, `${text}: ${message}`, delay);
}

export const hasCode = (error: unknown, ...codes: readonly number[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code);

import { type Failure, failureOf } from '../awsApi/failure.ts';
import { CloudError } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { orAborted } from '../time/sleep.ts';
import { classify, type Question, type Verdict } from './classify.ts';
import { operation } from './operations.ts';
import type { Pacer, Payer } from './pacing.ts';
import type { Credentials, Session } from './session.ts';

/** One API call as metrics want it; `result` is `ok`, `aborted` or the class of the failure. */
export interface CallReport {
  readonly operation: string;
  readonly result: string;
  readonly milliseconds: number;
  readonly account?: string;
}

export interface CallSettings {
  readonly clock: Clock;
  readonly pacer: Pacer;
  /** The longest a call may take with its retries, in milliseconds. */
  readonly callMilliseconds: number;
  /** Aborted when nothing is to be called any more. */
  readonly closed: AbortSignal;
  readonly onCall: (call: CallReport) => void;
}

export interface Call<T> {
  readonly question: Question;
  readonly session: Session;
  readonly payer: Payer;
  readonly signal: AbortSignal;
  readonly send: (abortSignal: AbortSignal) => Promise<T>;
  /** The request leaves now. */
  readonly began?: () => void;
}

export type Answer<T> =
  | { readonly kind: 'Answered'; readonly value: T }
  | { readonly kind: 'Done' }
  | { readonly kind: 'Absent' };

/**
 * One call: credentials, pace, time-out, abort, metrics, classification. Rejects with a CloudError, or with the
 * signal's reason when aborted. Credentials that AWS no longer accepts are renewed once.
 */
export async function place<T>(callSettings: CallSettings, call: Call<T>): Promise<Answer<T>> {
  const first = await attempt(callSettings, call);
  if (first.kind !== 'Failed') return first;
  if (!first.verdict.credentials) throw first.error;
  call.session.renew(first.credentials);
  const second = await attempt(callSettings, call);
  if (second.kind === 'Failed') throw second.error;
  return second;
}

type FailedVerdict = Extract<Verdict, { kind: 'Failed' }>;
type Attempt<T> =
  | Answer<T>
  | {
      readonly kind: 'Failed';
      readonly verdict: FailedVerdict;
      readonly error: CloudError;
      readonly credentials: Credentials;
    };

async function attempt<T>(callSettings: CallSettings, call: Call<T>): Promise<Attempt<T>> {
  const { pacer, clock } = callSettings;
  const { question, session, payer, signal } = call;
  const signals = AbortSignal.any([signal, callSettings.closed]);
  signals.throwIfAborted();
  const credentials = await session.ready(question, signals);
  const { pace } = operation(question.operation);
  if (pace !== undefined) await pacer.take(pace, payer, signals);
  call.began?.();
  const startedAt = clock.now();
  const report = (result: string): void => {
    const account = session.account();
    callSettings.onCall({
      operation: question.operation,
      result,
      milliseconds: clock.now() - startedAt,
      ...(account !== undefined && { account }),
    });
  };
  try {
    const value = await bounded(callSettings, signals, call.send);
    report('ok');
    return { kind: 'Answered', value };
  } catch (thrown) {
    if (signals.aborted) {
      report('aborted');
      throw signals.reason;
    }
    const failure = failureOf(thrown, clock.now());
    const verdict = await remedied(classify(failure, question), session);
    if (verdict.kind !== 'Failed') {
      report('ok');
      return verdict;
    }
    report(verdict.error);
    if (verdict.error === 'throttled' && pace !== undefined) pacer.exhaust(pace, payer);
    return { kind: 'Failed', verdict, error: cloudError(verdict, question, failure), credentials };
  }
}

/** Credentials that AWS does not accept: what to do depends on where they come from. */
async function remedied(verdict: Verdict, session: Session): Promise<Verdict> {
  if (verdict.kind !== 'Failed' || !verdict.credentials) return verdict;
  const remedy = verdict.remedied ? undefined : await session.remedy();
  return remedy === undefined ? verdict : { ...verdict, message: `${verdict.message}. ${remedy}` };
}

/**
 * The cause is what could be said of the error, not the error: that one holds the request with its tokens, and
 * the socket. What AWS says of a wrong signature repeats the request too, so then there is no cause at all.
 */
function cloudError(verdict: FailedVerdict, question: Question, failure: Failure): CloudError {
  const { action } = operation(question.operation);
  const { skewMilliseconds, ...said } = failure;
  const cause = verdict.credentials ? undefined : { cause: said };
  return new CloudError(verdict.error, verdict.reason, action, verdict.message, cause);
}

/** Ends at the time-out or the abort even if the work underneath does not. */
async function bounded<T>(
  { clock, callMilliseconds }: CallSettings,
  signal: AbortSignal,
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  using until = deadline(clock, callMilliseconds, signal, `no answer within ${callMilliseconds} ms`);
  return await orAborted(send(until.signal), until.signal);
}

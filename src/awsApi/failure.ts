import { oneLine, plainText } from '../text/plainText.ts';

/** What can be said of anything that was thrown, without its prototypes, sockets and secrets. */
export interface Failure {
  /** The error's name as the service model has it, for example `ConstraintViolationException`. */
  readonly name: string;
  /** Second word of ConstraintViolationException and InvalidInputException. */
  readonly reason?: string;
  readonly status?: number;
  /** Of the network, for example ECONNRESET. */
  readonly code?: string;
  /** Host that was asked for, when the network failed. */
  readonly host?: string;
  /** Milliseconds that the clock of AWS is ahead of this one, by the date of its answer. */
  readonly skewMilliseconds?: number;
  /** For people: bounded, one line, no control characters, no session names. */
  readonly text: string;
}

/** A connection that could not be had, for a reason that its message tells people whole. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Of the network, for example ECONNREFUSED: the SDK tries again on those that pass. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

const longestText = 300;

/** Never throws, whatever was thrown. `now`: epoch milliseconds at which the answer came. `longest`: of the text. */
export function failureOf(thrown: unknown, now?: number, longest = longestText): Failure {
  const name = text(property(thrown, 'name')) ?? 'UnknownError';
  const metadata = property(thrown, '$metadata');
  const reason = text(property(thrown, 'Reason'));
  const status =
    number(property(metadata, 'httpStatusCode')) ??
    number(property(property(thrown, '$response'), 'statusCode'));
  const code = networkCode(thrown);
  const host = hostOf(thrown);
  const skew = now === undefined ? undefined : skewOf(thrown, now);
  return {
    name: bareName(name),
    ...(reason !== undefined && { reason }),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(host !== undefined && { host }),
    ...(skew !== undefined && { skewMilliseconds: skew }),
    text: readable(withoutRequestId(messageOf(thrown).slice(0, 4 * longest)), longest),
  };
}

/**
 * One bounded line that can be shown in a condition. Session names are cut off roles, because they change with every
 * renewal of credentials and a status must not.
 */
export function readable(message: string, longest = longestText): string {
  const line = oneLine(message.slice(0, 4 * longest));
  return plainText(line.replace(/(:assumed-role\/[^/\s]+)\/[^\s"']+/g, '$1'), longest);
}

/** Request ids differ from one attempt to the next. */
function withoutRequestId(message: string): string {
  return message
    .replace(/\s*\((?:Service|Status Code|Request ID)[^)]*\)/gi, '')
    .replace(/[\s;,]*Request ?ID:? ?[\w-]+/gi, '');
}

function messageOf(thrown: unknown): string {
  return text(property(thrown, 'message')) ?? text(property(thrown, 'Message')) ?? text(thrown) ?? '';
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** `com.amazonaws.organizations#X:http://…` is X. */
function bareName(name: string): string {
  const afterNamespace = name.slice(name.indexOf('#') + 1);
  const bare = afterNamespace.split(':', 1)[0] ?? afterNamespace;
  return bare.slice(0, 128) || 'UnknownError';
}

/** As node:dns and node:net name it. */
function hostOf(thrown: unknown): string | undefined {
  const name = text(property(thrown, 'hostname')) ?? text(property(thrown, 'address'));
  const port = number(property(thrown, 'port'));
  if (name === undefined) return undefined;
  return readable(port === undefined ? name : `${name}:${port}`, 120);
}

function skewOf(thrown: unknown, now: number): number | undefined {
  const date = text(property(property(property(thrown, '$response'), 'headers'), 'date'));
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? undefined : theirs - now;
}

/** Of the error itself, of one of several attempts to connect, or of its cause. */
function networkCode(thrown: unknown, depth = 0): string | undefined {
  const code = text(property(thrown, 'code'));
  if (code !== undefined && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
  if (depth >= 4) return undefined;
  const attempts = property(thrown, 'errors');
  const first = Array.isArray(attempts) ? networkCode(attempts[0], depth + 1) : undefined;
  return first ?? networkCode(property(thrown, 'cause'), depth + 1);
}

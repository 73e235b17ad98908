import { plainLines } from '../text/plainText.ts';

/** Fields that never reach a log, wherever they stand in the first three levels of a line. */
const secrets = [
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'securityToken',
  'credentials',
  'externalId',
  'password',
  'token',
  'authorization',
  'Authorization',
  'headers',
  'body',
  'Body',
  'rawBody',
] as const;

export const redactedPaths: string[] = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** An error message of AWS may quote the request it could not verify, session token and all. */
const quoted: readonly RegExp[] = [
  /(x-amz-security-token["']?\s*[:=]\s*["']?)[^\s"'&,]+/gi,
  /(\bbearer\s+)[\w.~+/=-]+/gi,
  /(\bcredential=)[^\s,]+/gi,
  /(\bsignature=)[0-9a-f]+/gi,
];

const longestText = 4_096;

/** Text that others wrote, safe to log: without credentials, without what is not seen, bounded. */
export function safeText(text: string): string {
  return quoted.reduce(
    (current, pattern) => current.replace(pattern, '$1[redacted]'),
    plainLines(text, longestText),
  );
}

const reported = ['code', 'kind', 'reason', 'action'] as const;

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  readonly [field: string]: unknown;
}

/**
 * What a log says of an error: its kind, message, stack and causes. Nothing else it carries: errors of the
 * AWS SDK and of the Kubernetes client hold whole requests and answers.
 */
export function loggedError(error: unknown, depth = 3): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: safeText(String(error)) };
  const fields: Readonly<Record<string, unknown>> = { ...error };
  return {
    type: error.name,
    message: safeText(error.message),
    ...Object.fromEntries(
      reported
        .filter((name) => ['string', 'number'].includes(typeof fields[name]))
        .map((name) => [name, fields[name]]),
    ),
    ...(error.stack !== undefined && { stack: safeText(error.stack) }),
    ...(error.cause !== undefined && depth > 1 && { cause: loggedError(error.cause, depth - 1) }),
  };
}

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { loggedError, redactedPaths } from './redaction.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ['auto', 'json', 'pretty'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** auto: pretty on a terminal, JSON elsewhere. */
  readonly format: LogFormat;
  readonly to: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** As https://no-color.org has it: set to anything but an empty text means no colour. */
  readonly noColor?: string | undefined;
}

async function pretty({ to, noColor }: LoggerOptions): Promise<DestinationStream> {
  // Loaded only where a person reads. The default export is the one that Node.js and the bundle both have.
  const { default: prettyStream } = await import('pino-pretty');
  return prettyStream({
    colorize: to.isTTY === true && !noColor,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    destination: to,
  });
}

/**
 * The process's logger: one line a fact, JSON with ISO times, or for people. Credentials, headers and bodies
 * are redacted; errors under `err` are cut down to what they say.
 */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const forUsers = options.format === 'pretty' || (options.format === 'auto' && options.to.isTTY === true);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        err: (error: unknown) => loggedError(error),
        error: (error: unknown) => loggedError(error),
      },
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    forUsers ? await pretty(options) : options.to,
  );
}

import type { Members } from './service.ts';

export interface AwsErrorDetails {
  /** HTTP status; 400 when absent. */
  readonly status?: number;
  /** Further members of the exception, such as Reason or Type. */
  readonly members?: Members;
  /** Code of the older query protocol, for services that a client may ask in query mode. */
  readonly queryCode?: string;
}

/** An answer of AWS that says no. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  readonly members: Members;
  readonly queryCode: string | undefined;

  constructor(code: string, message: string, details: AwsErrorDetails = {}) {
    super(message);
    this.code = code;
    this.status = details.status ?? 400;
    this.members = details.members ?? {};
    this.queryCode = details.queryCode;
  }

  get reason(): string | undefined {
    const reason = this.members['Reason'];
    return typeof reason === 'string' ? reason : undefined;
  }
}

/** No answer at all: the connection broke. Whether the call had its effect, the caller cannot know. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly applied: boolean;

  constructor(applied: boolean) {
    super(applied ? 'connection lost after the call took effect' : 'connection reset');
    this.applied = applied;
  }
}

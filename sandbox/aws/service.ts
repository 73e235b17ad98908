import type { AwsError } from './awsError.ts';
import type { Caller } from './identity.ts';
import type { InputShape } from './inputs.ts';

/** A value of a request or an answer. Times are Dates; the protocol decides how they are written. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Date
  | readonly Value[]
  | { readonly [name: string]: Value | undefined };

export type Members = { readonly [name: string]: Value | undefined };

export type Protocol =
  | {
      readonly kind: 'json';
      readonly version: '1.0' | '1.1';
      /** What stands before the dot in X-Amz-Target. */
      readonly targetPrefix: string;
      /** How the exceptions of this service spell it. */
      readonly messageMember: 'Message' | 'message';
    }
  /** JSON bodies, the operation named by the path: POST /listRegions. */
  | { readonly kind: 'rest' }
  | {
      readonly kind: 'query';
      readonly apiVersion: string;
      readonly namespace: string;
    };

/** One call being handled. */
export interface Call {
  readonly service: Service;
  readonly operation: string;
  readonly input: Members;
  readonly caller: Caller;
  readonly region: string;
  readonly userAgent: string;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Aborted when the caller has gone; only operations that wait need it. */
  readonly signal: AbortSignal | undefined;
  /** Runs after this call was recorded, so that what it causes is told after it. */
  afterwards(consequence: () => void): void;
}

export interface Operation {
  readonly readOnly: boolean;
  readonly input?: InputShape;
  /** No permission is needed, or the operation judges it by itself. */
  readonly open?: true;
  /** Not recorded by CloudTrail as a management event (a data event, such as receiving a message). */
  readonly unrecorded?: true;
  /** Answers, or throws an AwsError. May return a promise only when the operation waits by nature. */
  handle(call: Call): Members | undefined | Promise<Members | undefined>;
}

/**
 * One AWS service behind the shared address. Add it with `world.add(service)`: routing, signatures, permissions,
 * input checks, faults, the journal and the records are then the same as for all others.
 */
export interface Service {
  /** Signing name, which is also the prefix of its IAM actions: organizations, sso, sqs, events, cloudtrail. */
  readonly name: string;
  /** For example organizations.amazonaws.com. */
  readonly eventSource: string;
  /** Recorded in the partition's home region, wherever the request was signed for. */
  readonly global?: true;
  readonly protocol: Protocol;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Throws when the caller asks too often. */
  admit?(call: Call): void;
  /** How this service says that the input is wrong. */
  invalid(problem: InputProblem): AwsError;
  /** How this service says that an IAM policy does not allow it. */
  denied(message: string): AwsError;
}

export interface InputProblem {
  readonly member: string;
  readonly kind: 'Required' | 'Type' | 'TooShort' | 'TooLong' | 'TooSmall' | 'TooLarge' | 'Pattern' | 'Enum';
  readonly message: string;
}

import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Observation } from '../observation.ts';

/** Clients of one AWS, and what the steps of a case tell each other. */
export interface EventFixture {
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  readonly cloudTrail: CloudTrailClient;
  readonly notes: Map<string, string>;
  note(name: string): string;
  /** Lets the time go by. */
  wait(milliseconds: number): Promise<void>;
}

export interface EventStep {
  /** What AWS does, in words; unique within its case. */
  readonly says: string;
  call(fixture: EventFixture): Promise<object>;
  /** At least this is seen. */
  readonly shows: Observation;
}

export interface EventCase {
  readonly about: string;
  given?(fixture: EventFixture): Promise<void>;
  readonly steps: readonly EventStep[];
}

/** Where moto is known to answer otherwise than AWS documents, by case and step. */
export type Differences = ReadonlyMap<string, { readonly because: string; readonly shows: Observation }>;

export const done: Observation = { output: {} };
export const refused = (error: string): Observation => ({ error });
export const shows = (output: object): Observation => ({ output });

import type { Json, JsonObject } from './json.ts';

/** What EventBridge hands around ("AWS service event metadata", EventBridge User Guide). */
export interface CloudEvent extends JsonObject {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** To the second, in UTC. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

/** Milliseconds since the epoch as EventBridge and CloudTrail write times. */
export function toSecond(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** As EventBridge puts an event into a message. */
export function written(event: Json): string {
  return JSON.stringify(event);
}

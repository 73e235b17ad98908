import type { Clients } from './clients.ts';
import type { Observation } from './observation.ts';

/** One AWS, empty but for the caller's account, and what a case has named in it. */
export interface Fixture {
  readonly clients: Clients;
  /** Clients of another identity, at the same address. */
  as(keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): Clients;
  /** The id of an account made by `members`, or of the caller's: `management`. */
  id(name: string): string;
  /** Makes the organization and these member accounts. */
  organization(...members: string[]): Promise<void>;
  /** Makes the organization without members and with no feature but consolidated billing. */
  consolidatedBilling(): Promise<void>;
  /** Gives an id that AWS chose a name, by which observations tell it. */
  name(id: string | undefined, name: string): void;
}

export interface Step {
  /** What AWS does, in words; unique within its case. */
  readonly says: string;
  call(fixture: Fixture): Promise<object>;
  /** At least this is seen. */
  readonly shows: Observation;
}

export interface ContractCase {
  readonly about: string;
  given?(fixture: Fixture): Promise<void>;
  readonly steps: readonly Step[];
}

export const refused = (error: string, reason?: string): Observation =>
  reason === undefined ? { error } : { error, reason };

export const nothing: Observation = { output: {} };

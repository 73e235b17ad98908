import { CloudError } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { orAborted } from '../time/sleep.ts';
import type { Credentials, Load } from './session.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The longest that one load goes on when its callers have given up, in milliseconds; then another one is begun. */
const longestLoad = 60_000;

export interface CredentialWait {
  readonly clock: Clock;
  /** The longest that a caller waits, in milliseconds. */
  readonly milliseconds: number;
  /** What does not answer, for the message. */
  readonly asked: () => string;
}

/**
 * Bounds a load of credentials, whose inner calls know no abort. Callers that come while it goes on join it: a program
 * that asks a person for a code is started once, and its answer serves the next caller.
 */
export function boundedLoad(load: Load, wait: CredentialWait): Load {
  let running: Promise<Credentials> | undefined;
  const begin = (anew: boolean): Promise<Credentials> => {
    const begun = within(wait, longestLoad, load(anew)).finally(() => {
      running = undefined;
    });
    // Its callers may have given up.
    begun.catch(() => {});
    running = begun;
    return begun;
  };
  return (anew) => within(wait, wait.milliseconds, running ?? begin(anew));
}

async function within({ clock, asked }: CredentialWait, limit: number, loading: Promise<Credentials>) {
  const expired = () => {
    const message = `no answer within ${limit / 1_000} s`;
    return new CloudError('transient', 'ObservationFailed', asked(), message);
  };
  using until = deadline(clock, limit, undefined, expired);
  return await orAborted(loading, until.signal);
}

/**
 * What the SDK's default chain asks over the network or of another program, by the settings that decide it. A profile
 * comes before the token of a pod, and that before the metadata endpoints.
 */
export function askedForCredentials(environment: Environment): string {
  const profile = environment['AWS_PROFILE'];
  if (profile) return `credentials of profile ${profile}`;
  if (environment['AWS_WEB_IDENTITY_TOKEN_FILE']) return 'sts:AssumeRoleWithWebIdentity';
  if (
    environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ||
    environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  )
    return 'the container credentials endpoint';
  return 'credentials';
}

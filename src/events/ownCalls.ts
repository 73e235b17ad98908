import type { Clock } from '../controller/ports.ts';
import { recentSet } from './bounded.ts';
import type { CallMarks } from './envelope.ts';

export interface OwnCalls {
  /** The request id AWS answered an own call with. */
  addRequest(requestId: string): void;
  /** ARN of a user, role or session the operator acts as. */
  addIdentity(arn: string): void;
  isOwn(marks: CallMarks): boolean;
}

export interface OwnCallsOptions {
  readonly clock: Clock;
  /**
   * What every own call's user agent contains and no other program's does. Two operators that share a role should not
   * share it, or they take each other for themselves.
   */
  readonly userAgent: string;
  /** Roles the operator assumes, besides the identities added. */
  readonly assumedRoles: () => Iterable<string>;
}

const capacity = 10_000;
const lifetime = 6 * 3_600_000;
const mostIdentities = 100;

/**
 * Recognises the operator's own calls among the events: by request id, or, because an event may overtake the answer that
 * carries the id, by user agent together with identity.
 */
export function createOwnCalls({ clock, userAgent, assumedRoles }: OwnCallsOptions): OwnCalls {
  const requestIds = recentSet(clock, capacity, lifetime);
  const identities = new Set<string>();
  const isMe = (arns: readonly (string | undefined)[]): boolean => {
    const actors = new Set(arns.filter((arn) => arn !== undefined).map(actorOf));
    if ([...actors].some((actor) => identities.has(actor))) return true;
    for (const role of assumedRoles()) if (actors.has(actorOf(role))) return true;
    return false;
  };
  return {
    addRequest: (requestId) => void requestIds.add(requestId),
    addIdentity(arn) {
      if (identities.size < mostIdentities) identities.add(actorOf(arn));
    },
    isOwn({ requestId, callerArn, issuerArn, userAgent: agent }) {
      if (requestId !== undefined && requestIds.has(requestId)) return true;
      return userAgent !== '' && agent?.includes(userAgent) === true && isMe([callerArn, issuerArn]);
    },
  };
}

/**
 * One name for a role and its sessions: `arn:aws:iam::1:role/path/R` and `arn:aws:sts::1:assumed-role/R/session` are the
 * same actor; the session's ARN leaves out the path.
 */
function actorOf(arn: string): string {
  const role = /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  const [, partition, account, name] = role ?? session ?? [];
  return name === undefined ? arn : `${partition}:${account}:${name}`;
}

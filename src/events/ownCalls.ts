import type { Clock } from '../time/clock.ts';
import { recentSet } from '../time/recentSet.ts';
import type { CallMarks } from './envelope.ts';

export interface OwnCalls {
  /** The request id AWS answered an own call with. */
  addRequest(requestId: string): void;
  /** ARN of a user, role or session the operator acts as. */
  addIdentity(arn: string): void;
  isOwn(marks: CallMarks): boolean;
  /**
   * Whether it is certain that somebody else called. What a process heard before it knew who it is may be the call of one
   * before it: neither its own nor another's, until there is an identity to compare with.
   */
  isOthers(marks: CallMarks): boolean;
}

export interface OwnCallsOptions {
  readonly clock: Clock;
  /**
   * Whether a user agent is one that the operator's calls have, those of its former processes and releases too, and no
   * other program's. Two operators that share a role should not share it, or they take each other for themselves.
   */
  readonly isOwnAgent: (userAgent: string) => boolean;
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
export function createOwnCalls({ clock, isOwnAgent, assumedRoles }: OwnCallsOptions): OwnCalls {
  const requestIds = recentSet(clock, capacity, lifetime);
  const identities = new Set<string>();
  const isMe = ({ callerArn, issuerArn }: CallMarks): boolean => {
    const actors = new Set([callerArn, issuerArn].filter((arn) => arn !== undefined).map(actorOf));
    if ([...actors].some((actor) => identities.has(actor))) return true;
    for (const role of assumedRoles()) if (actors.has(actorOf(role))) return true;
    return false;
  };
  const isMine = ({ requestId }: CallMarks) => requestId !== undefined && requestIds.has(requestId);
  const seemsOwn = ({ userAgent }: CallMarks) => userAgent !== undefined && isOwnAgent(userAgent);
  return {
    addRequest: (requestId) => void requestIds.add(requestId),
    addIdentity(arn) {
      if (identities.size < mostIdentities) identities.add(actorOf(arn));
    },
    isOwn: (marks) => isMine(marks) || (seemsOwn(marks) && isMe(marks)),
    isOthers(marks) {
      if (isMine(marks)) return false;
      return !seemsOwn(marks) || (identities.size > 0 && !isMe(marks));
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

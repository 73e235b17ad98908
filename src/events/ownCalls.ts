import type { Clock } from '../controller/ports.ts';
import { recentSet } from './bounded.ts';
import type { CallMarks } from './envelope.ts';

export interface OwnRequests {
  /** The request id AWS answered an own call with. */
  add(requestId: string): void;
}

export interface OwnCalls {
  readonly requests: OwnRequests;
  /** ARN of the role the operator acts as, or of the session or user it is. Remembered for good. */
  addIdentity(arn: string): void;
  isOwn(marks: CallMarks): boolean;
}

const capacity = 10_000;
const lifetime = 6 * 3_600_000;
const mostIdentities = 2_000;

/**
 * Recognises the operator's own calls among the events: by request id, or, because an event may overtake the answer that
 * carries the id, by identity together with the user agent. `userAgent`: a mark that every own call carries and no other
 * program's does; it should name the cluster, so that two operators with one role do not take each other for themselves.
 */
export function createOwnCalls(clock: Clock, userAgent: string): OwnCalls {
  const requestIds = recentSet(clock, capacity, lifetime);
  const identities = new Set<string>();
  const isMe = (arn: string | undefined) => arn !== undefined && identities.has(roleOf(arn));
  return {
    requests: { add: (requestId) => void requestIds.add(requestId) },
    addIdentity(arn) {
      if (identities.size < mostIdentities) identities.add(roleOf(arn));
    },
    isOwn({ requestId, callerArn, issuerArn, userAgent: agent }) {
      if (requestId !== undefined && requestIds.has(requestId)) return true;
      return userAgent !== '' && agent?.includes(userAgent) === true && (isMe(issuerArn) || isMe(callerArn));
    },
  };
}

/**
 * One name for a role and its sessions: `arn:aws:iam::1:role/path/R` and `arn:aws:sts::1:assumed-role/R/session` are the
 * same actor; the session's ARN leaves out the path.
 */
function roleOf(arn: string): string {
  const role = /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  const [, partition, account, name] = role ?? session ?? [];
  return name === undefined ? arn : `${partition}:${account}:${name}`;
}

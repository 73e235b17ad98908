import type { Clock } from '../time/clock.ts';
import { recentSet } from '../time/recentSet.ts';
import type { CallMarks, Change } from './envelope.ts';

export interface OwnCalls {
  /** The request id AWS answered an own call with. */
  addRequest(requestId: string): void;
  /** ARN of a user, role or session whose credentials this process called AWS with. */
  addIdentity(arn: string): void;
  /** From now on this process works on the resources: no other process of this installation may write. */
  beginToLead(): void;
  /** Whether this process made the call: only a request id proves it. */
  isOwn(marks: CallMarks): boolean;
  /**
   * Whether it is certain that another caller made the change, so that the change may be attributed. False for the own
   * calls of this process, whose events may arrive before their answers, and for those of the process before it.
   */
  isOthers(change: Pick<Change, 'marks' | 'at'>): boolean;
}

export interface OwnCallsOptions {
  readonly clock: Clock;
  /** Of this process, as its user agent names it. */
  readonly instance: string;
  /**
   * Instance that a user agent names when it is that of an operator with this cluster name, of any release; undefined
   * for every other program.
   */
  readonly instanceIn: (userAgent: string) => string | undefined;
}

const capacity = 10_000;
const lifetime = 6 * 3_600_000;
const mostIdentities = 1_000;
/** Milliseconds in which a call that a process sent before it was killed may still be carried out by AWS. */
const lastCalls = 60_000;

/**
 * Recognises the operator's own calls among the events. A request id proves an own call. User agent together with an
 * identity that this process used keeps an operator from naming itself, and nothing else: an event with these marks
 * wakes its resources like any other.
 *
 * Another instance of the same cluster name and identity is the process before this one, if the call was made before
 * this one began to lead, or within `lastCalls` after that. A later call is of a second installation with the same
 * cluster name, which counts as any other caller.
 */
export function createOwnCalls({ clock, instance, instanceIn }: OwnCallsOptions): OwnCalls {
  const requestIds = recentSet(clock, capacity, lifetime);
  const identities = new Set<string>();
  let leadingSince = clock.now();
  const isKnownIdentity = ({ callerArn, issuerArn }: CallMarks): boolean =>
    [callerArn, issuerArn].some((arn) => arn !== undefined && identities.has(actorOf(arn)));
  const isOwn = ({ requestId }: CallMarks) => requestId !== undefined && requestIds.has(requestId);
  return {
    addRequest: (requestId) => void requestIds.add(requestId),
    addIdentity(arn) {
      if (identities.size < mostIdentities) identities.add(actorOf(arn));
    },
    beginToLead() {
      leadingSince = clock.now();
    },
    isOwn,
    isOthers({ marks, at }) {
      if (isOwn(marks)) return false;
      const caller = marks.userAgent === undefined ? undefined : instanceIn(marks.userAgent);
      if (caller === undefined) return true;
      // Before this process called AWS it cannot tell the operator's role from that of an impostor.
      if (identities.size === 0) return false;
      if (!isKnownIdentity(marks)) return true;
      return caller !== instance && at >= leadingSince + lastCalls;
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

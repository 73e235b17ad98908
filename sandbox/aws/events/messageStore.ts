import { type Line, line } from './line.ts';
import type { Message } from './message.ts';

/** Where visible messages wait, and the rule by which they are handed out. Messages marked Gone are passed over. */
export interface MessageStore {
  put(message: Message): void;
  /** Back from being received. */
  putBack(message: Message): void;
  take(limit: number): readonly Message[];
  /** A message that was taken is deleted, or moved elsewhere. */
  settle(message: Message): void;
}

/** Of a standard queue: whoever came first, with no promise. */
export function standardMessageStore(): MessageStore {
  const visible = line<Message>();
  return {
    put: visible.push,
    putBack: visible.push,
    take(limit) {
      const taken: Message[] = [];
      while (taken.length < limit) {
        const message = visible.shift();
        if (message === undefined) break;
        if (message.state === 'Visible') taken.push(message);
      }
      return taken;
    },
    settle: () => undefined,
  };
}

interface Group {
  readonly id: string;
  /** In the order of sending. */
  readonly pending: Message[];
  inFlight: number;
}

/** Of a FIFO queue: a group is handed out in order, and not at all while one of its messages is in flight. */
export function fifoMessageStore(): MessageStore {
  const groups = new Map<string, Group>();
  const open: Line<Group> = line();

  const groupOf = (message: Message): Group => {
    const id = message.groupId ?? '';
    const group = groups.get(id) ?? { id, pending: [], inFlight: 0 };
    groups.set(id, group);
    return group;
  };
  const settle = (message: Message): void => {
    const group = groupOf(message);
    group.inFlight = Math.max(0, group.inFlight - 1);
    if (group.inFlight > 0) return;
    if (group.pending.length > 0) open.push(group);
    else groups.delete(group.id);
  };

  return {
    settle,
    put(message) {
      const group = groupOf(message);
      group.pending.push(message);
      if (group.pending.length === 1 && group.inFlight === 0) open.push(group);
    },
    putBack(message) {
      const { pending } = groupOf(message);
      const after = pending.findIndex((other) => other.sequence > message.sequence);
      pending.splice(after === -1 ? pending.length : after, 0, message);
      settle(message);
    },
    take(limit) {
      const taken: Message[] = [];
      while (taken.length < limit) {
        const group = open.shift();
        if (group === undefined) break;
        if (group.inFlight > 0) continue;
        takeFrom(group, limit, taken);
        if (group.inFlight === 0) groups.delete(group.id);
      }
      return taken;
    },
  };
}

function takeFrom(group: Group, limit: number, taken: Message[]): void {
  while (taken.length < limit) {
    const message = group.pending.shift();
    if (message === undefined) return;
    if (message.state !== 'Visible') continue;
    group.inFlight++;
    taken.push(message);
  }
}

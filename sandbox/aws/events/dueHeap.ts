/** Smallest `due` first, and of equal ones the earlier pushed. Entries cannot be taken out early: whoever pops one looks whether it still counts. */
export interface DueHeap<T> {
  readonly size: number;
  push(due: number, item: T): void;
  /** When the first falls due. */
  next(): number | undefined;
  pop(): T | undefined;
  /** Forgets all others. */
  keep(wanted: (item: T, due: number) => boolean): void;
}

interface Entry<T> {
  readonly due: number;
  readonly order: number;
  readonly item: T;
}

export function dueHeap<T>(): DueHeap<T> {
  let entries: Entry<T>[] = [];
  let order = 0;
  return {
    get size() {
      return entries.length;
    },
    next: () => entries[0]?.due,
    push(due, item) {
      entries.push({ due, order: order++, item });
      rise(entries, entries.length - 1);
    },
    pop() {
      const first = entries[0];
      const last = entries.pop();
      if (first !== undefined && last !== undefined && entries.length > 0) {
        entries[0] = last;
        sink(entries);
      }
      return first?.item;
    },
    keep(wanted) {
      entries = entries.filter((entry) => wanted(entry.item, entry.due));
      // A list in order is a heap.
      entries.sort((a, b) => (isEarlier(a, b) ? -1 : 1));
    },
  };
}

function rise<T>(entries: Entry<T>[], from: number): void {
  let at = from;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!swapIfEarlier(entries, at, above)) return;
    at = above;
  }
}

function sink<T>(entries: Entry<T>[]): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const below = isEarlier(entries[right], entries[left]) ? right : left;
    if (!swapIfEarlier(entries, below, at)) return;
    at = below;
  }
}

function isEarlier<T>(a: Entry<T> | undefined, b: Entry<T> | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function swapIfEarlier<T>(entries: Entry<T>[], lower: number, upper: number): boolean {
  const [a, b] = [entries[lower], entries[upper]];
  if (a === undefined || b === undefined || !isEarlier(a, b)) return false;
  entries[lower] = b;
  entries[upper] = a;
  return true;
}

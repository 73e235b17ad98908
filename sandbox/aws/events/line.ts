/** First in, first out, each in constant time however long it is. */
export interface Line<T> {
  readonly length: number;
  push(item: T): void;
  shift(): T | undefined;
}

export function line<T>(): Line<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    get length() {
      return items.length - head;
    },
    push(item) {
      items.push(item);
    },
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head++] = undefined;
      // Cut off what was taken once it is the greater part, so that memory follows the length.
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}

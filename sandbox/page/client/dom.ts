type Child = Node | string | undefined | false;

/** An element with attributes; `undefined` and `false` leave one out, `true` sets it empty. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAll(element, attributes);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

export function svg(
  tag: 'svg' | 'rect' | 'circle' | 'line' | 'text' | 'path' | 'g' | 'title',
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function setAll(element: Element, attributes: Readonly<Record<string, string | boolean | undefined>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : value);
  }
}

/** An element of the page's own skeleton. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Sets the text only when it is another one: a screen reader speaks what is set. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const shown = new WeakMap<Element, string>();

/** Draws anew only when what is drawn changed, so that a selection, or a place in a list, is not lost for nothing. */
export function draw(place: Element, from: unknown, make: () => readonly Child[]): void {
  const now = JSON.stringify(from) ?? '';
  if (shown.get(place) === now) return;
  shown.set(place, now);
  place.replaceChildren(...make().filter((child) => child !== undefined && child !== false));
}

/** Buttons and the like by key: each is made once and keeps its focus. */
export function keep<T>(
  place: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  make: (item: T) => Element,
  update: (element: Element, item: T) => void,
): void {
  const present = new Map([...place.children].map((child) => [child.getAttribute('data-key'), child]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const element = present.get(key) ?? make(item);
    element.setAttribute('data-key', key);
    update(element, item);
    return element;
  });
  const same = wanted.length === place.children.length && wanted.every((one, i) => one === place.children[i]);
  if (!same) place.replaceChildren(...wanted);
}

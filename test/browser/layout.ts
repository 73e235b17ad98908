/** What a page's layout does wrong, as plain sentences: read in the browser, from what is drawn. */
import type { Page } from 'playwright-core';

/** Runs in the page. Its texts are drawn lines of text nodes; what is closed, unseen or empty is not drawn. */
const findFaults = `(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('the document is ' + root.scrollWidth + ' px wide, its window ' + root.clientWidth);
  const name = (text) => JSON.stringify(text.trim().slice(0, 40));
  const meets = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('.unseen, textarea, noscript');
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || !seen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
    const its = name(node.data);
    for (const rect of rects) {
      if (rect.left < -0.5 || rect.right > root.clientWidth + 0.5) faults.push(its + ' lies outside the window');
      for (let box = element; box && box !== document.body; box = box.parentElement) {
        const around = box.getBoundingClientRect();
        const clips = getComputedStyle(box).overflowX !== 'visible' || box.matches('.card, button, .badge, .pill, td');
        if (clips && (rect.left < around.left - 1 || rect.right > around.right + 1)) faults.push(its + ' is cut by ' + (box.id || box.className || box.tagName));
      }
      lines.push({ rect, its, element });
    }
    for (const { index, 0: word } of node.data.matchAll(/[^\\s-]+/g)) {
      if (word.length > 20) continue;
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top)));
      if (tops.size > 1) faults.push('the word ' + name(word) + ' is broken in ' + its);
    }
  }
  lines.forEach((one, index) => {
    for (const other of lines.slice(index + 1)) {
      if (one.element.closest('#over') || other.element.closest('#over')) continue;
      if (meets(one.rect, other.rect)) faults.push(one.its + ' overlaps ' + other.its);
    }
  });
  const boxes = [...document.querySelectorAll('.card, .top, footer')].filter(seen);
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (meets(one.getBoundingClientRect(), other.getBoundingClientRect())) faults.push('the box ' + one.className + ' overlaps ' + other.className);
    }
  });
  for (const element of document.querySelectorAll('main *, header *')) {
    if (element.closest('svg, .gutter, textarea') || !seen(element)) continue;
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) faults.push('<' + element.tagName.toLowerCase() + ' class="' + element.className + '" id="' + element.id + '"> is narrower than what it holds');
  }
  return [...new Set(faults)];
})()`;

export const faultsOf = (page: Page) => page.evaluate(findFaults) as Promise<string[]>;

/** Lines that the text of an element takes. */
export const linesOf = (page: Page, selector: string) =>
  page.evaluate(`(() => {
    const element = document.querySelector(${JSON.stringify(selector)});
    return Math.round(element.getBoundingClientRect().height / parseFloat(getComputedStyle(element).lineHeight));
  })()`) as Promise<number>;

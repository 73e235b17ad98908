/**
 * What cannot be seen: control and format characters (C0, C1, bidirectional overrides, zero widths, tags), halves of
 * surrogate pairs, private and unassigned characters, line separators.
 */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu;
const gaps = /[\p{C}\p{Zl}\p{Zp}\s]+/gu;

/**
 * Text from outside (an account's name, a manifest, a message of AWS), fit for a terminal and for the log of a
 * pipeline that obeys lines which begin with `::`: one line, with a space where unseen characters stood.
 */
export function oneLine(text: string): string {
  return text.replace(gaps, ' ').trim();
}

/**
 * Text from outside, fit for a log, a status or an event: one line of at most `maximum`, by default in UTF-16 code
 * units, so that it fits wherever code points are counted too.
 */
export function plainText(
  text: string,
  maximum: number,
  sizeOf: (text: string) => number = ({ length }) => length,
): string {
  // Bounded before it is cleaned: cleaning a megabyte of overrides takes time.
  const clean = oneLine(text.slice(0, 4 * maximum));
  if (sizeOf(clean) <= maximum) return clean;
  let kept = '';
  let size = sizeOf('…');
  for (const character of clean) {
    size += sizeOf(character);
    if (size > maximum) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Text from outside, fit for a log that keeps lines and tabs, as a stack trace needs them. */
export function plainLines(text: string, maximum: number): string {
  const bounded = text.length > maximum ? `${text.slice(0, maximum)}…` : text;
  return bounded.replace(unseen, (character) => (/[\t\n]/.test(character) ? character : ' '));
}

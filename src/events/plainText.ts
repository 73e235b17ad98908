/** Control and format characters (C0, C1, bidirectional overrides, zero widths, tags), halves of surrogate pairs, line separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/**
 * What somebody else wrote, fit to be shown in a log, a terminal or a status: without characters that are
 * not seen, and of at most `maximum` code points.
 */
export function plainText(text: string, maximum: number): string {
  // Bounded before it is looked at in earnest: a megabyte of overrides is nobody's name.
  const clean = text
    .slice(0, 4 * maximum)
    .replace(unseen, '')
    .trim();
  if (clean.length <= maximum) return clean;
  const points = Array.from(clean);
  return points.length <= maximum ? clean : `${points.slice(0, maximum - 1).join('')}…`;
}

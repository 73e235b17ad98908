/** Control and format characters (C0, C1, bidirectional overrides, zero widths, tags), halves of surrogate pairs, line separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/**
 * What somebody else wrote, fit to be shown in a log, a terminal or a status: without characters that are
 * not seen, and of at most `maximum` UTF-16 code units, so that it fits wherever code points are counted too.
 */
export function plainText(text: string, maximum: number): string {
  // Bounded before it is looked at in earnest: a megabyte of overrides is nobody's name.
  const clean = text
    .slice(0, 4 * maximum)
    .replace(unseen, '')
    .trim();
  // The last character may have been cut in two.
  return clean.length <= maximum ? clean : `${clean.slice(0, maximum - 1).replace(/\p{Cs}$/u, '')}…`;
}

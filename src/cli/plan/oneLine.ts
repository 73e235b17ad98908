/** Control, format and unassigned characters, and what else ends a line. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\s]+/gu;

/**
 * What somebody else wrote (an account's name, a manifest), fit for a terminal and for the log of a pipeline that
 * obeys lines which begin with `::`: one line without characters that are not seen.
 */
export function oneLine(text: string): string {
  return text.replace(unseen, ' ').trim();
}

import { AwsError } from './awsError.ts';
import { optionalInteger, optionalText } from './inputs.ts';
import type { Members } from './service.ts';
import type { Settings } from './settings.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

interface Bookmark {
  /** Key of the last item told. */
  readonly after: string;
  /** The empty page was given. */
  readonly rested: boolean;
}

/**
 * One page of items in the order of their keys. A bookmark names the last key told, so that what comes or goes
 * meanwhile moves nothing else. `invalid` makes the error for a token that this did not write.
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  input: Members,
  settings: Settings,
  invalid: () => AwsError = invalidNextToken,
): Page<T> {
  const token = optionalText(input, 'NextToken');
  const bookmark = token === undefined ? { after: '', rested: false } : readBookmark(token, invalid);
  if (settings.emptyPages && !bookmark.rested) {
    return { items: [], NextToken: writeBookmark({ ...bookmark, rested: true }) };
  }
  const size = Math.min(optionalInteger(input, 'MaxResults') ?? settings.pageSize, settings.pageSize);
  const rest = items
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => key > bookmark.after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const reported = rest.slice(0, size);
  const last = reported.at(-1);
  return {
    items: reported.map(({ item }) => item),
    ...(last && rest.length > size ? { NextToken: writeBookmark({ after: last.key, rested: false }) } : {}),
  };
}

function writeBookmark({ after, rested }: Bookmark): string {
  return Buffer.from(`${rested ? 1 : 0}${after}`).toString('base64url');
}

function readBookmark(token: string, invalid: () => AwsError): Bookmark {
  const written = Buffer.from(token, 'base64url').toString();
  if (!/^[01]/.test(written)) throw invalid();
  return { after: written.slice(1), rested: written.startsWith('1') };
}

function invalidNextToken(): AwsError {
  return new AwsError('InvalidInputException', 'You provided an invalid next token.', {
    members: { Reason: 'INVALID_NEXT_TOKEN' },
  });
}

import { CloudError } from '../controller/ports.ts';
import { type OperationName, operation } from './operations.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** More than any organization can have; what answers with more pages than this never ends. */
const mostPages = 2_000;

/**
 * All items of all pages. An empty page may carry a token, so only its absence ends the list.
 * Source: AWS Organizations API reference, "always check the NextToken".
 */
export async function allPages<T>(
  name: OperationName,
  ask: (token: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await ask(token);
    items.push(...page.items);
    token = page.nextToken || undefined;
    if (token === undefined) return items;
    if (seen.has(token)) throw endless(name, 'a page token came back');
    seen.add(token);
  } while (seen.size < mostPages);
  throw endless(name, `more than ${mostPages} pages`);
}

function endless(name: OperationName, what: string): CloudError {
  return new CloudError(
    'transient',
    'ObservationFailed',
    operation(name).action,
    `the list does not end: ${what}`,
  );
}

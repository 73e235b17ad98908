import { orAborted } from '../../time/sleep.ts';
import type { Check, Context, Result } from './check.ts';
import { type Finding, fail, skip, wordsOf } from './finding.ts';

/**
 * Runs every check as soon as those it needs are done, all others beside it, and tells the results in the order of the
 * list. Needs come before those who need them.
 */
export async function runChecks(
  checks: readonly Check[],
  context: Context,
  onResult: (result: Result) => void,
): Promise<readonly Result[]> {
  const running = new Map<string, Promise<Result>>();
  for (const check of checks) {
    const needed = check.needs.map((name) => running.get(name));
    const present = needed.filter((result) => result !== undefined);
    if (present.length < needed.length) throw new Error(`${check.name} needs a check that is not before it`);
    running.set(check.name, settle(check, present, context));
  }
  const results: Result[] = [];
  for (const result of running.values()) {
    results.push(await result);
    onResult(await result);
  }
  return results;
}

async function settle(check: Check, needed: readonly Promise<Result>[], context: Context): Promise<Result> {
  for (const result of needed) {
    const { status, check: other, found, because } = await result;
    if (status !== 'failed' && status !== 'skipped') continue;
    const reason = because ?? (status === 'failed' ? `needs: ${other.title}` : found);
    return { check, ...skip(reason), milliseconds: 0, because: reason };
  }
  const startedAt = context.clock.now();
  const finding = await within(context, (async () => check.run(context))());
  return { check, ...finding, milliseconds: context.clock.now() - startedAt };
}

/** Ends with the signal even if the work underneath does not. */
async function within({ signal }: Context, finding: Promise<Finding>): Promise<Finding> {
  try {
    return await orAborted(finding, signal);
  } catch (error) {
    return fail(wordsOf(error), error === signal.reason ? slow : unforeseen);
  }
}

const slow = 'check the network between here and AWS or the cluster: proxy, firewall, endpoints';
const unforeseen = 'try again, and check the network and the settings';

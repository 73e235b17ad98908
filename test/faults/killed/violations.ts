import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JournalEntry } from '../../../sandbox/aws/journal.ts';
import type { Shown } from '../../cluster/fixture.ts';
import { subjects, type Wish } from './wishes.ts';

/** What a status file says now. @throws when it is no whole status file. */
export function readStatus(statusFolder: string, name: string): Shown {
  const path = join(statusFolder, `${name}.yaml`);
  const shown: unknown = parse(readFileSync(path, 'utf8'));
  if (typeof shown !== 'object' || shown === null || !('status' in shown)) throw new Error(`${path} is torn`);
  return shown as Shown;
}

const isAlone = ({ enabled, administrators }: Wish): boolean => enabled && administrators.length === 1;

/**
 * What speaks against a change the operator makes at AWS, judged in the moment it makes it; undefined: nothing. `wished`
 * are the wish of now and the one before, which the operator may still go by.
 */
export function violationOf(
  { operation, input }: JournalEntry,
  wished: ReadonlyMap<string, readonly Wish[]>,
  statusFolder: string,
): string | undefined {
  const principal = input['ServicePrincipal'];
  const subject = subjects.find((each) => each.principal === principal);
  if (!subject) return `${operation} of ${JSON.stringify(principal)}, which nobody declared`;
  const wishes = wished.get(subject.name) ?? [];
  if (operation === 'DisableAWSServiceAccess' && wishes.every(({ enabled }) => enabled))
    return `${subject.name} was disabled, and nobody declared that`;
  // Where one is allowed and one is declared, whoever is deregistered is on the way back before that.
  if (operation !== 'DeregisterDelegatedAdministrator' || !wishes.every(isAlone)) return undefined;
  const { replacement } = readStatus(statusFolder, subject.name).status ?? {};
  return replacement?.from === input['AccountId']
    ? undefined
    : `${subject.name}: ${String(input['AccountId'])} was deregistered with no way back stored`;
}

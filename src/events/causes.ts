import type { AttributionQuestion } from '../controller/ports.ts';
import type { DriftKind } from '../crds/status.ts';
import type { SubscribedName } from '../eventFormat/subscribedEvents.ts';
import type { Change } from './envelope.ts';
import { callsBefore, isFollowUp } from './followUps.ts';

/** What a change switches off or on: trusted access, or an account as delegated administrator. */
type Effect = Readonly<Record<'Access' | 'Account', 'Off' | 'On' | undefined>>;

const access = (state: 'Off' | 'On'): Effect => ({ Access: state, Account: undefined });
const account = (state: 'Off' | 'On'): Effect => ({ Access: undefined, Account: state });

const effects: Partial<Record<SubscribedName, Effect>> = {
  EnableAWSServiceAccess: access('On'),
  DisableAWSServiceAccess: access('Off'),
  RegisterDelegatedAdministrator: account('On'),
  DeregisterDelegatedAdministrator: account('Off'),
  RemoveAccountFromOrganization: account('Off'),
  CloseAccount: account('Off'),
  AccountDepartedOrganization: account('Off'),
  CloseAccountResult: account('Off'),
  DeleteOrganization: { Access: 'Off', Account: 'Off' },
};

/** Whether a change of this name can explain a drift. */
export function explainsDrift(name: SubscribedName): boolean {
  return effects[name] !== undefined;
}

/** The calls that CloudTrail is asked for, the most likely first. */
export const causingCalls: Readonly<Record<DriftKind, readonly SubscribedName[]>> = {
  AccessDisabled: ['DisableAWSServiceAccess'],
  AccessEnabled: ['EnableAWSServiceAccess'],
  AdministratorRemoved: [
    'DeregisterDelegatedAdministrator',
    'RemoveAccountFromOrganization',
    'CloseAccount',
    'AccountDepartedOrganization',
  ],
  AdministratorAdded: ['RegisterDelegatedAdministrator'],
  AdministratorReplaced: [
    'DeregisterDelegatedAdministrator',
    'RegisterDelegatedAdministrator',
    'RemoveAccountFromOrganization',
    'CloseAccount',
  ],
};

/** One thing that the difference is about: trusted access, or one account; `undefined` as account: any. */
interface Subject {
  readonly of: 'Access' | 'Account';
  readonly account?: string;
  readonly state: 'Off' | 'On';
}

/** CloudTrail cuts fractions of a second off: a change may look that much older than it is. */
const secondsOnly = 999;

/**
 * Returns the change that explains the difference: the earliest one since AWS was last seen in sync that no caller undid
 * afterwards, about an account of this difference. Instead of an event that AWS emits itself, it returns the call that
 * led to it. A call whose principal or account is unreadable counts only when no other change explains the difference;
 * an event of AWS itself whose account is unreadable never counts. `changes`: of one organization, in order of arrival.
 */
export function effectiveChange(
  changes: readonly Change[],
  question: AttributionQuestion,
): Change | undefined {
  const recent = changes.filter(
    ({ at, eventId }) => at + secondsOnly >= question.since && eventId !== question.except,
  );
  const subjects = subjectsOf(question);
  const found =
    earliest(recent.filter(isReadable), subjects) ??
    earliest(
      recent.filter((change) => isReadable(change) || !isFollowUp(change.eventName)),
      subjects,
    );
  return found && (leadingCall(changes, found) ?? found);
}

function subjectsOf({ drift, missing, added }: AttributionQuestion): readonly Subject[] {
  const lost = accountsOr(missing).map((account): Subject => ({ of: 'Account', ...account, state: 'Off' }));
  const gained = accountsOr(added).map((account): Subject => ({ of: 'Account', ...account, state: 'On' }));
  switch (drift) {
    case 'AccessDisabled':
      return [{ of: 'Access', state: 'Off' }];
    case 'AccessEnabled':
      return [{ of: 'Access', state: 'On' }];
    case 'AdministratorRemoved':
      return lost;
    case 'AdministratorAdded':
      return gained;
    case 'AdministratorReplaced':
      return [...lost, ...gained];
  }
}

function accountsOr(accounts: readonly string[] | undefined): readonly { readonly account?: string }[] {
  return accounts === undefined ? [{}] : accounts.map((account) => ({ account }));
}

/** Whether the change tells everything it is about. */
function isReadable({ eventName, concern, principal, accountId }: Change): boolean {
  const effect = effects[eventName];
  const isWhole = eventName === 'DeleteOrganization';
  return (
    (concern !== 'Principal' || principal !== undefined) &&
    (effect?.Account === undefined || isWhole || accountId !== undefined)
  );
}

function earliest(changes: readonly Change[], subjects: readonly Subject[]): Change | undefined {
  return subjects
    .flatMap((subject) => effectiveOn(changes, subject) ?? [])
    .reduce<Change | undefined>(
      (first, change) => (first && first.at <= change.at ? first : change),
      undefined,
    );
}

/** The first change into the state of the difference after the last one out of it. */
function effectiveOn(changes: readonly Change[], subject: Subject): Change | undefined {
  const leadsHere = (change: Change) => effects[change.eventName]?.[subject.of] === subject.state;
  const about = changes
    .filter((change) => effects[change.eventName]?.[subject.of] !== undefined && concerns(change, subject))
    // Of the same second, the change into the state came last: AWS shows that state.
    .sort((a, b) => a.at - b.at || Number(leadsHere(a)) - Number(leadsHere(b)));
  let effective: Change | undefined;
  let undone: Change | undefined;
  for (const change of about) {
    if (leadsHere(change)) effective ??= change;
    else [undone, effective] = [effective ?? undone, undefined];
  }
  // Undone only after the difference was found, or the event of the change that counts is still on its way.
  return effective ?? undone;
}

function concerns({ accountId }: Change, subject: Subject): boolean {
  return accountId === undefined || subject.account === undefined || accountId === subject.account;
}

/** The latest call before AWS's own event that led to it, however long before. */
function leadingCall(changes: readonly Change[], followUp: Change): Change | undefined {
  const names = callsBefore(followUp.eventName);
  return changes
    .filter(
      ({ eventName, accountId, at }) =>
        names.includes(eventName) &&
        at <= followUp.at + secondsOnly &&
        (eventName === 'DeleteOrganization' || accountId === followUp.accountId),
    )
    .reduce<Change | undefined>((last, change) => (last && last.at > change.at ? last : change), undefined);
}

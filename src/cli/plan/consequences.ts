import type { DryRunResult } from '../../controller/assess.ts';
import type { Action } from '../../controller/ports.ts';
import { describeAction } from '../../controller/ports.ts';
import type { Service } from '../../crds/services.ts';
import type { TrustedAccess } from '../../crds/trustedAccess.ts';
import type { ActionReport } from './report.ts';

/** What is told of an action: everything it depends on. */
export interface HistoryEntry {
  readonly resource: TrustedAccess;
  readonly service: Service;
  readonly dryRunResult: DryRunResult;
  /** Names of accounts, fit to be shown. */
  readonly names: ReadonlyMap<string, string>;
}

export function actionReport(action: Action, entry: HistoryEntry): ActionReport {
  return {
    mark: marks[action.kind],
    kind: action.kind,
    ...accountsOf(action, entry),
    text: named(describeAction(action), entry),
    why: whyOf(action, entry),
    affects: affectedBy(action, entry),
  };
}

const marks = {
  EnableAccess: '+',
  RegisterAdministrator: '+',
  RestoreAdministrator: '+',
  ReplaceAdministrator: '~',
  DisableAccess: '-',
  DeregisterAdministrator: '-',
} as const satisfies Record<Action['kind'], ActionReport['mark']>;

/** Account ids in a sentence get their names. */
function named(sentence: string, { names }: HistoryEntry): string {
  return sentence.replace(/\b\d{12}\b/g, (accountId) => withName(accountId, names));
}

export function withName(accountId: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(accountId);
  return name === undefined || name === '' ? accountId : `${accountId} (${name})`;
}

function accountsOf(action: Action, { names }: HistoryEntry): Pick<ActionReport, 'account' | 'replaces'> {
  const account = (accountId: string) => {
    const name = names.get(accountId);
    return { accountId, ...(name && { name }) };
  };
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return {};
    case 'RegisterAdministrator':
    case 'DeregisterAdministrator':
      return { account: account(action.accountId) };
    case 'ReplaceAdministrator':
      return { account: account(action.to), replaces: account(action.from) };
    case 'RestoreAdministrator':
      return { account: account(action.accountId), replaces: account(action.instead) };
  }
}

function whyOf(action: Action, { resource, dryRunResult, names }: HistoryEntry): string {
  const { desired } = dryRunResult;
  const revoked = resource.metadata.deletionTimestamp !== undefined;
  switch (action.kind) {
    case 'EnableAccess':
      return 'spec.access is Enabled, and access is disabled in AWS';
    case 'DisableAccess':
      return revoked
        ? 'the resource is being deleted with deletionPolicy: Revoke'
        : 'spec.access is Disabled, and access is enabled in AWS';
    case 'RegisterAdministrator':
      return 'spec.delegatedAdministrators names the account, and AWS has not registered it';
    case 'DeregisterAdministrator':
      if (revoked) return 'the resource is being deleted with deletionPolicy: Revoke';
      return desired.access === 'Disabled'
        ? 'the operator deregisters every administrator before it disables access'
        : 'AWS has registered the account, and spec.delegatedAdministrators does not name it';
    case 'ReplaceAdministrator':
      return `${withName(action.to, names)} is in spec.delegatedAdministrators and ${withName(action.from, names)} is not; the service has no room for both`;
    case 'RestoreAdministrator':
      return `a swap to ${action.instead} started and did not finish; the service has no administrator`;
  }
}

function affectedBy(action: Action, entry: HistoryEntry): string[] {
  const { service, names } = entry;
  switch (action.kind) {
    case 'EnableAccess':
      return [];
    case 'DisableAccess':
      return disabled(entry);
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return [`${withName(action.accountId, names)} then administers ${service.title}`];
    case 'DeregisterAdministrator':
      return [
        `${withName(action.accountId, names)} no longer administers ${service.title}${holdings(entry)}`,
        ...sideEffects(entry),
      ];
    case 'ReplaceAdministrator':
      return [
        `${withName(action.from, names)} no longer administers ${service.title}${holdings(entry)}`,
        ...sideEffects(entry),
        `the service has no administrator for some seconds; if AWS refuses ${withName(action.to, names)}, the operator registers ${withName(action.from, names)} again`,
      ];
  }
}

/** What deregistering does in a service that keeps an administrator of its own. */
function sideEffects({ service: { deregistering } }: HistoryEntry): string[] {
  return deregistering === undefined ? [] : [deregistering];
}

function holdings({ dryRunResult }: HistoryEntry): string {
  const found = dryRunResult.details.identityCenter;
  if (!found?.known || found.value.permissionSets === undefined) return '';
  return `, with its ${permissionSets(found.value.permissionSets)}; users keep their access`;
}

function permissionSets(count: number): string {
  return `${count} permission set${count === 1 ? '' : 's'}`;
}

function disabled({ service, dryRunResult }: HistoryEntry): string[] {
  const { organization } = dryRunResult.observation;
  const everywhere = `${service.title} stops working across the accounts of organization ${organization.id}`;
  const found = dryRunResult.details.identityCenter;
  if (!found) return [everywhere];
  if (!found.known) {
    return [everywhere, `cannot determine whether it is in use: ${found.obstacle.message}`];
  }
  const { use, instanceArn, permissionSets: count = 0, applications = 0 } = found.value;
  if (use === 'Idle')
    return [
      everywhere,
      'no user signs in through it, because no instance has permission sets or applications',
    ];
  if (count === 0 && applications > 0) {
    return [everywhere, `the users of ${applications} applications can no longer sign in`];
  }
  return [
    everywhere,
    `the users of ${permissionSets(count)} of ${instanceArn ?? 'its instance'} lose access to AWS accounts`,
  ];
}

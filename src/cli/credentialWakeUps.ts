import { map, mergeMap, type Observable, scan, withLatestFrom } from 'rxjs';
import type { Reconciled } from '../controller/controller.ts';

/** Stalls that other credentials may end. */
const credentialReasons: ReadonlySet<string> = new Set([
  'AccessDenied',
  'CredentialsUnusable',
  'NotManagementAccount',
  'OrganizationNotInUse',
  'WrongOrganization',
]);

/** Names of the resources that other credentials may help, each time that those may have changed. */
export function credentialWakeUps(
  changes$: Observable<unknown>,
  results$: Observable<Pick<Reconciled, 'name' | 'outcome'>>,
): Observable<string> {
  const waiting$ = results$.pipe(
    scan((waiting, { name, outcome }) => {
      if (mayBeHelped(outcome)) waiting.add(name);
      else waiting.delete(name);
      return waiting;
    }, new Set<string>()),
  );
  return changes$.pipe(
    withLatestFrom(waiting$),
    map(([, waiting]) => [...waiting]),
    mergeMap((names) => names),
  );
}

function mayBeHelped(outcome: Reconciled['outcome']): boolean {
  if (outcome.kind === 'Stalled') return credentialReasons.has(outcome.reason);
  return outcome.kind === 'Retry' || outcome.kind === 'Error';
}

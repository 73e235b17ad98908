/**
 * The closed vocabulary of condition reasons. `docs/operations.md` explains each one and what to do;
 * a test holds the two lists equal.
 */
export const reasons = [
  // What AWS has, in AccessEnabled and AdministratorsDelegated.
  'Enabled',
  'Disabled',
  'Delegated',
  'NotDelegated',
  // How changes are heard, in EventDriven.
  'EventsProven',
  'PollingOnly',
  // Where the resource stands, in Ready, Reconciling and Stalled.
  'InSync',
  'Progressing',
  'Suspended',
  'DriftObserved',
  'Conflict',
  'Contended',
  'UntrustedRecord',
  'NotPermitted',
  'AwaitingApproval',
  'InUse',
  'NotConfirmed',
  'AdministratorsUnmanaged',
  'WrongOrganization',
  'NotManagementAccount',
  'OrganizationNotInUse',
  'NotAllFeatures',
  'AccessDenied',
  'CredentialsUnusable',
  'AccountNotFound',
  'AccountNotActive',
  'ManagementAccountNotAllowed',
  'TooManyAdministrators',
  'DelegationNotSupported',
  'UnrecognizedServicePrincipal',
  'EnableFromServiceConsole',
  'Blocked',
  'InvalidSpec',
  'Throttled',
  'ObservationFailed',
] as const;

export type Reason = (typeof reasons)[number];

const known: ReadonlySet<string> = new Set(reasons);

const isReason = (text: string): text is Reason => known.has(text);

/** A reason out of a stored status. One that only another version of the operator knows counts as Blocked. */
export function reasonOf(text: string): Reason {
  return isReason(text) ? text : 'Blocked';
}

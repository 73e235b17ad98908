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
  'InUse',
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

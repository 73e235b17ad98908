/** What may differ between days at AWS, or is not documented: can be changed while the simulated AWS runs. */
export interface Settings {
  /** Factor on the documented rates; 'off': nobody is throttled. */
  throttles: 'off' | { readonly scale: number };
  consistency: Consistency;
  /** Largest page, whatever MaxResults asks. */
  pageSize: number;
  /** Put an empty page with a token before each page, as AWS may. */
  emptyPages: boolean;
  /** What happens to administrators when access is disabled under them. */
  disableUnderAdministrators: 'Keep' | 'Remove' | 'Refuse';
  /** Which of two reasons says that a service has as many administrators as it allows. */
  slotTaken:
    | 'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE'
    | 'MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED';
  /** How registering before enabling is refused. */
  registerBeforeEnable: 'SERVICE_ACCESS_NOT_ENABLED' | 'UNRECOGNIZED_SERVICE_PRINCIPAL';
  /** Whether enabling makes the service's role in the management account. */
  enableCreatesServiceLinkedRole: boolean;
  /** Milliseconds an account is PENDING_CLOSURE. */
  closeAccountDelay: number;
}

/**
 * What a read sees after a write, lags in milliseconds.
 * - Strong: the write.
 * - Stale: for `window` after a write, the state before it.
 * - Seeded: the same, but each read with this probability and a lag of its own.
 * - Scripted: the read's lag, decided by the test.
 */
export type Consistency =
  | { readonly kind: 'Strong' }
  | { readonly kind: 'Stale'; readonly window: number }
  | { readonly kind: 'Seeded'; readonly window: number; readonly probability: number }
  | { readonly kind: 'Scripted'; lag(read: { readonly operation: string; readonly now: number }): number };

export function defaultSettings(): Settings {
  return {
    throttles: { scale: 1 },
    consistency: { kind: 'Strong' },
    pageSize: 20,
    emptyPages: false,
    disableUnderAdministrators: 'Keep',
    slotTaken: 'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE',
    registerBeforeEnable: 'SERVICE_ACCESS_NOT_ENABLED',
    enableCreatesServiceLinkedRole: true,
    closeAccountDelay: 0,
  };
}

export interface Member {
  readonly name: string;
  readonly state: string;
}

export type Dates = Readonly<Record<string, string>>;

/** Plain immutable data: a change makes a new one, so that the past can be read and the present compared. */
export interface OrganizationState {
  readonly id: string;
  readonly managementAccountId: string;
  readonly allFeatures: boolean;
  readonly members: Readonly<Record<string, Member>>;
  /** Principal to when. */
  readonly enabled: Dates;
  /** Principal to account to when. */
  readonly administrators: Readonly<Record<string, Dates>>;
  readonly identityCenter?: {
    readonly instanceArn: string;
    readonly region: string;
    readonly permissionSets: number;
  };
  readonly roles: readonly string[];
  /** Epoch milliseconds of the last change. */
  readonly changedAt?: number;
}

export interface AwsSettings {
  /** Absent: as the catalogue says. */
  readonly maximumAdministrators: Record<string, number>;
  readonly unrecognized: Set<string>;
  /** What the operator's role may not do. */
  readonly denied: Set<Change['what']>;
  /** A taken slot is told before the account is looked at. */
  slotFirst: boolean;
  /** Milliseconds after the last change for which a read can be stale. */
  staleFor: number;
}

/** One change that somebody made: the journal of everybody. */
export interface Change {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly who: 'operator' | 'outsider';
  readonly what: 'Enable' | 'Disable' | 'Register' | 'Deregister';
  readonly principal: string;
  readonly accountId?: string;
}

/** What is asked for, before it is known to be done. */
export type Wish = Omit<Change, 'at'>;

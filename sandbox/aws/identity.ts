/**
 * What a policy says. Absent `servicePrincipals`: any, as without the condition `organizations:ServicePrincipal`.
 * Absent `accounts`: any, as with the resource `account/*`.
 */
export interface Statement {
  readonly effect?: 'Allow' | 'Deny';
  /** Like `organizations:Describe*`. */
  readonly actions: readonly string[];
  readonly servicePrincipals?: readonly string[];
  readonly accounts?: readonly string[];
}

export const allowEverything: readonly Statement[] = [{ actions: ['*'] }];

export interface SessionIssuer {
  readonly type: 'Role';
  readonly principalId: string;
  readonly arn: string;
  readonly accountId: string;
  readonly userName: string;
}

/** Who calls, in the words of CloudTrail's userIdentity. */
export interface Caller {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'IdentityCenterUser' | 'AWSService';
  readonly accountId: string;
  readonly arn: string;
  readonly principalId: string;
  readonly userName?: string;
  readonly accessKeyId?: string;
  readonly sessionIssuer?: SessionIssuer;
  /** Milliseconds since the epoch. */
  readonly sessionStartedAt?: number;
  readonly sourceIdentity?: string;
  readonly onBehalfOf?: { readonly userId: string; readonly identityStoreArn: string };
  /** A service that acts for the caller, or the service itself. */
  readonly invokedBy?: string;
  readonly fromConsole?: boolean;
  /** Where the caller sits, unless the request tells. */
  readonly sourceIp?: string;
  readonly userAgent?: string;
}

/** Whether the statements allow the action: nothing is allowed unless said, and a Deny wins. */
export function allows(
  statements: readonly Statement[],
  action: string,
  servicePrincipal: string | undefined,
  account?: string,
): boolean {
  const matching = statements.filter(
    ({ actions, servicePrincipals, accounts }) =>
      actions.some((pattern) => matches(pattern, action)) &&
      includes(servicePrincipals, servicePrincipal) &&
      includes(accounts, account),
  );
  return matching.length > 0 && !matching.some((statement) => statement.effect === 'Deny');
}

/** Whether a limit, if there is one, names the value. */
const includes = (limit: readonly string[] | undefined, value: string | undefined): boolean =>
  limit === undefined || (value !== undefined && limit.includes(value));

function matches(pattern: string, action: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.endsWith('*')) return pattern.toLowerCase() === action.toLowerCase();
  return action.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase());
}

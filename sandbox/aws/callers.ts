import type { Caller } from './identity.ts';
import { accountOf } from './seed.ts';
import type { Role, User } from './state.ts';
import type { World } from './world.ts';

/** Where somebody sits and what they use; told with every call they make. */
export interface Manner {
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly fromConsole?: boolean;
}

export function rootUser(world: World, accountId: string, manner: Manner = {}): Caller {
  const { partition } = accountOf(world, accountId);
  return {
    type: 'Root',
    accountId,
    arn: `arn:${partition}:iam::${accountId}:root`,
    principalId: accountId,
    ...manner,
  };
}

export function iamUser(accountId: string, user: User, manner: Manner = {}): Caller {
  return {
    type: 'IAMUser',
    accountId,
    arn: user.arn,
    principalId: user.id,
    userName: user.name,
    ...manner,
  };
}

export interface SessionDetails extends Manner {
  readonly sessionName: string;
  readonly sourceIdentity?: string;
  /** The Identity Center user behind the session. */
  readonly onBehalfOf?: NonNullable<Caller['onBehalfOf']>;
  readonly invokedBy?: string;
}

export function roleSession(world: World, accountId: string, role: Role, details: SessionDetails): Caller {
  const { partition } = accountOf(world, accountId);
  const { sessionName, ...rest } = details;
  return {
    type: 'AssumedRole',
    accountId,
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
    principalId: `${role.id}:${sessionName}`,
    sessionIssuer: {
      type: 'Role',
      principalId: role.id,
      arn: role.arn,
      accountId,
      userName: role.name,
    },
    sessionStartedAt: world.clock.now(),
    ...rest,
  };
}

/** Somebody signed in to Identity Center, acting there without a role. */
export function identityCenterUser(
  world: World,
  accountId: string,
  user: { readonly userId: string; readonly identityStoreId: string },
  manner: Manner = {},
): Caller {
  const { partition } = accountOf(world, accountId);
  const identityStoreArn = `arn:${partition}:identitystore::${accountId}:identitystore/${user.identityStoreId}`;
  return {
    type: 'IdentityCenterUser',
    accountId,
    arn: '',
    principalId: user.userId,
    onBehalfOf: { userId: user.userId, identityStoreArn },
    ...manner,
  };
}

/** An AWS service by itself, for example `controltower.amazonaws.com`. */
export function awsService(accountId: string, principal: string): Caller {
  return { type: 'AWSService', accountId, arn: '', principalId: principal, invokedBy: principal };
}

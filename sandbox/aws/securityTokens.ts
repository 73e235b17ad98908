import { AwsError } from './awsError.ts';
import { roleSession } from './callers.ts';
import { statementsOf } from './dispatch.ts';
import { allows, type Caller } from './identity.ts';
import { type InputShape, optionalInteger, optionalText, text } from './inputs.ts';
import { queryDenied, queryInvalid } from './queryErrors.ts';
import type { Call, Members, Operation, Protocol, Service } from './service.ts';
import type { Credential, Role, Trust } from './state.ts';
import { newIamId, newId, type World } from './world.ts';

const assumeRoleShape: InputShape = {
  RoleArn: { kind: 'string', required: true, min: 20, max: 2048 },
  RoleSessionName: { kind: 'string', required: true, min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  ExternalId: { kind: 'string', min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  DurationSeconds: { kind: 'integer', min: 900, max: 43_200 },
  SourceIdentity: { kind: 'string', min: 2, max: 256, pattern: /^[\w+=,.@-]*$/ },
};

export function securityTokenService(world: World): Service {
  const operations: [string, Operation][] = [
    [
      'AssumeRole',
      { readOnly: true, open: true, input: assumeRoleShape, handle: (call) => assumeRole(world, call) },
    ],
    ['GetCallerIdentity', { readOnly: true, open: true, handle: (call) => callerIdentity(call) }],
  ];
  return {
    name: 'sts',
    eventSource: 'sts.amazonaws.com',
    protocol: {
      kind: 'query',
      apiVersion: '2011-06-15',
      namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    },
    operations: new Map(operations),
    invalid: queryInvalid,
    denied: queryDenied,
  };
}

function callerIdentity({ caller }: Call): Members {
  return { UserId: caller.principalId, Account: caller.accountId, Arn: caller.arn };
}

function assumeRole(world: World, call: Call): Members {
  const role = assumableRole(world, call);
  const sessionName = text(call.input, 'RoleSessionName');
  const sourceIdentity = optionalText(call.input, 'SourceIdentity') ?? call.caller.sourceIdentity;
  const accountId = accountIdOf(role.arn);
  const accessKeyId = newIamId(world, 'ASIA');
  const caller: Caller = {
    ...roleSession(world, accountId, role, {
      sessionName,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    }),
    accessKeyId,
  };
  const seconds = optionalInteger(call.input, 'DurationSeconds') ?? 3600;
  const credential: Credential = {
    accessKeyId,
    secretAccessKey: newId(world, '', 40),
    sessionToken: newId(world, 'FwoGZXIvYXdzE', 60),
    expiresAt: call.now + seconds * 1000,
    caller,
  };
  forgetExpired(world, call.now);
  world.state.credentials.set(accessKeyId, credential);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: credential.secretAccessKey,
      SessionToken: credential.sessionToken,
      Expiration: new Date(call.now + seconds * 1000),
    },
    AssumedRoleUser: { AssumedRoleId: caller.principalId, Arn: caller.arn },
    PackedPolicySize: 0,
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}

/** A role that does not exist is refused in the same words as one that does not trust the caller. */
function assumableRole(world: World, call: Call): Role {
  const arn = text(call.input, 'RoleArn');
  const role = world.state.accounts.get(accountIdOf(arn))?.roles.get(arn.slice(arn.lastIndexOf('/') + 1));
  const externalId = optionalText(call.input, 'ExternalId');
  if (role?.arn === arn && role.trust.some((trust) => trusts(world, trust, call.caller, arn, externalId))) {
    return role;
  }
  throw queryDenied(
    `User: ${call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
  );
}

/** Naming the caller itself is enough; naming its account leaves it to the account's own policies. */
function trusts(
  world: World,
  trust: Trust,
  caller: Caller,
  roleArn: string,
  externalId: string | undefined,
): boolean {
  if (trust.externalId !== undefined && trust.externalId !== externalId) return false;
  const named = [caller.arn, caller.sessionIssuer?.arn, caller.invokedBy];
  if (trust.principals.some((principal) => named.includes(principal))) return true;
  const ofAccount = trust.principals.some(
    (principal) => principal === caller.accountId || principal.endsWith(`:${caller.accountId}:root`),
  );
  return ofAccount && roleArn !== '' && allows(statementsOf(world, caller), 'sts:AssumeRole', undefined);
}

function accountIdOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function forgetExpired(world: World, now: number): void {
  for (const [id, credential] of world.state.credentials) {
    // A day of grace, so that late users are told that it expired and not that it is unknown.
    if (credential.expiresAt !== undefined && credential.expiresAt < now - 86_400_000) {
      world.state.credentials.delete(id);
    }
  }
}

export interface Signature {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
}

/** Who signed; throws what AWS says of keys it does not know, in the words of JSON or query services. */
export function authenticate(
  world: World,
  signature: Signature | undefined,
  protocol: Protocol['kind'],
): Caller {
  const say = (json: string, query: string, message: string) =>
    new AwsError(protocol === 'query' ? query : json, message, { status: 403 });
  if (signature === undefined) {
    throw say(
      'MissingAuthenticationTokenException',
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    );
  }
  const credential = world.state.credentials.get(signature.accessKeyId);
  if (credential === undefined || credential.sessionToken !== signature.sessionToken) {
    throw say(
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
    );
  }
  if (credential.expiresAt !== undefined && credential.expiresAt <= world.clock.now()) {
    throw say(
      'ExpiredTokenException',
      'ExpiredToken',
      'The security token included in the request is expired',
    );
  }
  return credential.caller;
}

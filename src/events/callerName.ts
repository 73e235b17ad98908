import { type Json, objectAt, textAt } from '../text/json.ts';
import { awsInternal, serviceTitle } from './serviceTitles.ts';
import { sessionName } from './sessionName.ts';

/** Characters of one part of a name. */
const longest = 256;

const unidentified = 'an unidentified caller';

/**
 * Returns the short name of the caller of a CloudTrail record: what a person recognises first, without the ARN.
 * An identity that the record does not name is "an unidentified caller".
 */
export function callerName(record: Json): string {
  const identity = objectAt(record, 'userIdentity');
  const person = delegate(identity) ?? nameByType(identity);
  return person ?? serviceName(record, identity) ?? accountName(identity) ?? unidentified;
}

/** A product provider with temporary delegated access acts through a role of the customer. */
function delegate(identity: Json): string | undefined {
  const account = textAt(objectAt(identity, 'invokedByDelegate'), 'accountId', 64);
  if (account === undefined) return undefined;
  const through = nameByType(identity);
  return through === undefined
    ? `account ${account} (delegate)`
    : `account ${account} (delegate as ${through})`;
}

function nameByType(identity: Json): string | undefined {
  const type = textAt(identity, 'type', 64);
  switch (type) {
    case 'Root':
      return rootName(identity);
    case 'IAMUser':
      return labelled(userName(identity), 'IAM user');
    case 'FederatedUser':
      return federatedName(identity);
    case 'AssumedRole':
    case 'Role':
      return sessionName(identity) ?? labelled(userName(identity), 'role');
    case 'IdentityCenterUser':
      return identityCenterName(identity);
    case 'SAMLUser':
    case 'WebIdentityUser':
      return labelled(
        userName(identity),
        textAt(identity, 'identityProvider', longest) ?? 'external identity',
      );
    case 'Directory':
      return labelled(userName(identity), 'directory user');
    case 'AWSService':
    case 'AWSAccount':
    case undefined:
      return undefined;
    default:
      return labelled(userName(identity), type);
  }
}

function rootName(identity: Json): string {
  const account = textAt(identity, 'accountId', 64);
  return account === undefined ? 'root user' : `root user of account ${account}`;
}

function federatedName(identity: Json): string | undefined {
  const issuer = objectAt(objectAt(identity, 'sessionContext'), 'sessionIssuer');
  const by = textAt(issuer, 'userName', longest);
  return labelled(userName(identity), by === undefined ? 'federated user' : `federated user of ${by}`);
}

function identityCenterName(identity: Json): string | undefined {
  const name = textAt(identity, 'userName', longest);
  if (name !== undefined) return `${name} (Identity Center user)`;
  const id = textAt(objectAt(identity, 'onBehalfOf'), 'userId', longest);
  return id === undefined ? undefined : `Identity Center user ${id}`;
}

function labelled(name: string | undefined, label: string): string | undefined {
  return name === undefined ? undefined : `${name} (${label})`;
}

/** The user name, the last step of the ARN, or the last part of the principal id, which is a name there. */
function userName(identity: Json): string | undefined {
  const arn = textAt(identity, 'arn', 2048);
  const principal = textAt(identity, 'principalId', longest);
  return textAt(identity, 'userName', longest) ?? arn?.split('/').at(-1) ?? principal?.split(':').at(-1);
}

/** The service behind an event without a person: it invoked the call, or the event is its own. */
function serviceName(record: Json, identity: Json): string | undefined {
  const eventSource = textAt(record, 'eventSource', longest);
  const own = eventSource === undefined ? undefined : serviceTitle(eventSource);
  const invoker = textAt(identity, 'invokedBy', longest);
  if (invoker !== undefined) return invoker === awsInternal ? own : serviceTitle(invoker);
  const isOwn = [record['sourceIPAddress'], record['userAgent']].includes(awsInternal);
  return isOwn || record['eventType'] === 'AwsServiceEvent' ? own : undefined;
}

/** A caller of another account. CloudTrail records only its ids. */
function accountName(identity: Json): string | undefined {
  const account = textAt(identity, 'accountId', 64);
  if (account === undefined) return undefined;
  const principal = textAt(identity, 'principalId', longest);
  return principal === undefined ? `account ${account}` : `account ${account} (${principal})`;
}

import { type Json, objectAt, textAt } from '../text/json.ts';
import { plainText } from '../text/plainText.ts';

/** Who did it, and through what. */
export interface Actor {
  readonly by: string;
  readonly via?: string;
}

/** As the status of a resource bounds each of the two: a longer one could not be stored. */
const longest = 2048;

/**
 * Reads a CloudTrail record's `userIdentity`. `by` is the most telling name of the person or service, `via` the role,
 * service or console it went through.
 * Source: AWS CloudTrail user guide, "CloudTrail userIdentity element".
 */
export function actorOf(record: Json): Actor {
  const identity = objectAt(record, 'userIdentity');
  const by = plainText(who(identity, textAt(record, 'eventSource', 256)), longest);
  const via = through(record, identity).filter((step) => step !== by);
  return via.length === 0 ? { by } : { by, via: plainText(via.join(', '), longest) };
}

function who(identity: Json, eventSource: string | undefined): string {
  const arn = textAt(identity, 'arn', longest);
  const account = textAt(identity, 'accountId', 64);
  const person = identityCenterUser(identity);
  if (person !== undefined) return person;
  switch (identity['type']) {
    case 'Root':
      return `root user of ${account ?? arn ?? 'an account'}`;
    case 'AssumedRole':
      return withSourceIdentity(arn ?? nameless(identity), identity);
    case 'AWSService':
      return textAt(identity, 'invokedBy', 256) ?? nameless(identity);
    case undefined:
    case null:
      // Events of a service have no type.
      return arn ?? textAt(identity, 'invokedBy', 256) ?? eventSource ?? nameless(identity);
    default:
      return withSourceIdentity(arn ?? nameless(identity), identity);
  }
}

/** The source identity is set once, when the first role is assumed, and cannot be changed later: it names the person. */
function withSourceIdentity(name: string, identity: Json): string {
  const source = textAt(objectAt(identity, 'sessionContext'), 'sourceIdentity', 256);
  return source === undefined ? name : `${name} (${source})`;
}

function identityCenterUser(identity: Json): string | undefined {
  const behalf = objectAt(identity, 'onBehalfOf');
  const user = textAt(behalf, 'userId', 256);
  if (user === undefined) return undefined;
  const store = textAt(behalf, 'identityStoreArn', 512);
  return store === undefined ? `Identity Center user ${user}` : `Identity Center user ${user} of ${store}`;
}

function nameless(identity: Json): string {
  const name = textAt(identity, 'userName', 256) ?? textAt(identity, 'principalId', 256);
  const account = textAt(identity, 'accountId', 64);
  if (name !== undefined) return account === undefined ? name : `${name} of account ${account}`;
  return account === undefined ? 'unknown' : `account ${account}`;
}

function through(record: Json, identity: Json): string[] {
  const session = objectAt(identity, 'sessionContext');
  const steps = [
    textAt(objectAt(session, 'sessionIssuer'), 'arn', longest),
    // An Identity Center user is named by id above; the session still says more.
    identityCenterUser(identity) === undefined ? undefined : textAt(identity, 'arn', longest),
    textAt(identity, 'invokedBy', 256),
  ].filter((step) => step !== undefined);
  if (isFromConsole(record, identity)) steps.push('AWS console');
  return steps;
}

function isFromConsole(record: Json, identity: Json): boolean {
  // Written as a string; at the record's top level in newer versions.
  return [record, identity].some(
    ({ sessionCredentialFromConsole: reported }) => reported === 'true' || reported === true,
  );
}

import { type Json, objectAt, textAt } from '../text/json.ts';

/** Characters of one part of a name. */
const longest = 256;

/** How a role session looks in `userIdentity`. */
interface Session {
  readonly role: string;
  readonly session: string | undefined;
  readonly roleArn: string | undefined;
}

/**
 * Returns the short name of a role session: the person first where the session names one, else the role with what tells
 * its sessions apart. Undefined when the record names no role.
 */
export function sessionName(identity: Json): string | undefined {
  const found = sessionOf(identity);
  if (found === undefined) return undefined;
  const { role, session } = found;
  const permissionSet = permissionSetOf(found);
  if (permissionSet !== undefined && session !== undefined) return `${session} (${permissionSet})`;
  const person = sourceIdentity(identity) ?? personIn(session, identity);
  if (person !== undefined) return `${person} (role ${role})`;
  const detail = issuedTo(identity) ?? webIdentity(identity) ?? describedSession(session);
  return detail === undefined ? `role ${role}` : `role ${role} (${detail})`;
}

function sessionOf(identity: Json): Session | undefined {
  const issuer = objectAt(objectAt(identity, 'sessionContext'), 'sessionIssuer');
  const roleArn = textAt(issuer, 'arn', 2048);
  const [, ofSession, nameInArn] =
    /:assumed-role\/([^/]+)\/(.+)$/.exec(textAt(identity, 'arn', 2048) ?? '') ?? [];
  const role = ofSession ?? textAt(issuer, 'userName', longest) ?? roleArn?.split('/').at(-1);
  if (role === undefined) return undefined;
  const [, nameInId] = /^[^:]+:(.+)$/.exec(textAt(identity, 'principalId', longest) ?? '') ?? [];
  return { role, session: nameInArn ?? nameInId, roleArn };
}

/**
 * The permission set of an Identity Center session. Identity Center alone creates roles under the reserved path and
 * names their sessions; a role that only has such a name can be anybody's.
 * Source: IAM Identity Center user guide, "Referencing permission sets in resource policies".
 */
function permissionSetOf({ role, roleArn }: Session): string | undefined {
  const [, name] = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(role) ?? [];
  return roleArn?.includes(':role/aws-reserved/sso.amazonaws.com/') ? name : undefined;
}

/** Set when the first role is assumed, and unchangeable after that. */
function sourceIdentity(identity: Json): string | undefined {
  return textAt(objectAt(identity, 'sessionContext'), 'sourceIdentity', longest);
}

/** An address is a person's name; so is the session of a portal that acts on behalf of an Identity Center user. */
function personIn(session: string | undefined, identity: Json): string | undefined {
  const userId = textAt(objectAt(identity, 'onBehalfOf'), 'userId', longest);
  if (session?.includes('@')) return session;
  if (userId === undefined) return undefined;
  return session === undefined || isGenerated(session) ? `Identity Center user ${userId}` : session;
}

/** The function or instance that AWS issued the credentials to. */
function issuedTo(identity: Json): string | undefined {
  const scope = objectAt(identity, 'inScopeOf');
  const receiver = textAt(scope, 'credentialsIssuedTo', longest) ?? textAt(scope, 'sourceArn', longest);
  if (receiver === undefined) return undefined;
  const [, kind, name] = /^arn:[^:]+:[^:]+:[^:]*:\d*:([a-z-]+)[/:](.+)$/.exec(receiver) ?? [];
  return kind === undefined ? receiver : `${kind} ${name}`;
}

/** The subject of the token that the role was assumed with, where AWS records it. */
function webIdentity(identity: Json): string | undefined {
  const federation = objectAt(objectAt(identity, 'sessionContext'), 'webIdFederationData');
  const attributes = objectAt(federation, 'attributes');
  const key = Object.keys(attributes).find((name) => /(^|:)(sub|subject)$/i.test(name));
  return key === undefined ? undefined : textAt(attributes, key, longest);
}

function describedSession(session: string | undefined): string | undefined {
  return session === undefined || isGenerated(session) ? undefined : `session ${session}`;
}

/** Names that an SDK or service makes up say nothing to a person; the ARN keeps them. */
const generated = [
  /^(aws-(go-)?sdk|aws-sdk-\w+|botocore-session|aws-cli-session|awscli-session|session|default)[-_]?[\d.]*/i,
  /^[\d.:-]+$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  /^[0-9a-f]{16,64}$/i,
  /^i-[0-9a-f]{8,17}$/,
];

function isGenerated(session: string): boolean {
  return generated.some((form) => form.test(session));
}

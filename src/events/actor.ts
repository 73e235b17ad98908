import type { Actor } from '../controller/ports.ts';
import { type Json, objectAt, textAt } from '../text/json.ts';
import { plainText } from '../text/plainText.ts';
import { callerName } from './callerName.ts';
import { callerTools } from './callerTools.ts';

/** Characters of an ARN, as the status bounds it. */
const longestArn = 2048;
/** Characters of a short name, and of the list of services and tools. */
const longestName = 512;

/**
 * Returns the actor of a CloudTrail record: a short name first, then the ARN, the Identity Center user and the service
 * or tool in fields of their own, none of which repeats another.
 * Source: AWS CloudTrail user guide, "CloudTrail userIdentity element".
 */
export function actorOf(record: Json): Actor {
  const identity = objectAt(record, 'userIdentity');
  const by = plainText(callerName(record), longestName);
  const arn = textAt(identity, 'arn', longestArn) ?? textAt(issuerOf(identity), 'arn', longestArn);
  const onBehalfOf = identityCenterUser(identity);
  const via = plainText(
    callerTools(record)
      .filter((tool) => tool !== by)
      .join(', '),
    longestName,
  );
  return {
    by,
    ...(arn !== undefined && { arn }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(via !== '' && { via }),
  };
}

function issuerOf(identity: Json): Json {
  return objectAt(objectAt(identity, 'sessionContext'), 'sessionIssuer');
}

function identityCenterUser(identity: Json): Actor['onBehalfOf'] {
  const behalf = objectAt(identity, 'onBehalfOf');
  const userId = textAt(behalf, 'userId', 256);
  const identityStoreArn = textAt(behalf, 'identityStoreArn', 512);
  if (userId === undefined) return undefined;
  return { userId, ...(identityStoreArn !== undefined && { identityStoreArn }) };
}

import { createHash } from 'node:crypto';
import { asObject, type Json } from '../text/json.ts';

/** The queue has a policy that is no JSON object; `setup` leaves it alone. */
export class QueuePolicyError extends Error {
  override readonly name = 'QueuePolicyError';
}

/** One for each rule, so that a set-up never replaces the statement of another. Letters and digits only, as IAM asks. */
export function statementIdOf(ruleArn: string): string {
  const name = ruleArn.slice(ruleArn.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9]/g, '');
  return `TrustedAccess${name}${createHash('sha256').update(ruleArn).digest('hex').slice(0, 8)}`;
}

/** Lets one rule put events into one queue. Source: EventBridge user guide, resource-based policies for SQS. */
export function sendStatement(queueArn: string, ruleArn: string) {
  return {
    Sid: statementIdOf(ruleArn),
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
  };
}

/** The policy with the rule let in, other statements as they are; undefined when it is in already. Throws a QueuePolicyError. */
export function policyWith(
  policy: string | undefined,
  queueArn: string,
  ruleArn: string,
): string | undefined {
  const { document, statements } = parsePolicy(policy);
  if (statements.some((statement) => letsIn(statement, queueArn, ruleArn))) return undefined;
  const others = statements.filter((statement) => !isStatementOf(statement, ruleArn));
  return JSON.stringify({ ...document, Statement: [...others, sendStatement(queueArn, ruleArn)] });
}

/** The policy without the statement of that rule; undefined when it has none. An empty text removes the policy. Throws a QueuePolicyError. */
export function policyWithout(policy: string | undefined, ruleArn: string): string | undefined {
  const { document, statements } = parsePolicy(policy);
  const others = statements.filter((statement) => !isStatementOf(statement, ruleArn));
  if (others.length === statements.length) return undefined;
  return others.length === 0 ? '' : JSON.stringify({ ...document, Statement: others });
}

/** ARNs of the other rules that the policy lets put events into the queue. Throws a QueuePolicyError. */
export function otherRules(policy: string | undefined, ruleArn: string): readonly string[] {
  const { statements } = parsePolicy(policy);
  return statements
    .map(asObject)
    .filter((statement) => isAllowForEvents(statement))
    .flatMap((statement) => sourceArns(statement?.['Condition']) ?? [])
    .filter((arn) => arn !== ruleArn);
}

function isStatementOf(statement: unknown, ruleArn: string): boolean {
  return asObject(statement)?.['Sid'] === statementIdOf(ruleArn);
}

/** A missing policy has no statements. Throws a QueuePolicyError. */
export function parsePolicy(policy: string | undefined): {
  readonly document: Json;
  readonly statements: readonly unknown[];
} {
  const document = documentOf(policy);
  const statement = document['Statement'] ?? [];
  return { document, statements: Array.isArray(statement) ? statement : [statement] };
}

function documentOf(policy: string | undefined): Json {
  if (policy === undefined || policy === '') return { Version: '2012-10-17' };
  try {
    const parsed = asObject(JSON.parse(policy));
    if (parsed !== undefined) return parsed;
  } catch {
    // Reported below.
  }
  throw new QueuePolicyError(
    'The policy of the queue is no JSON object. Correct it with aws sqs set-queue-attributes.',
  );
}

function isAllowForEvents(statement: Json | undefined): boolean {
  const services = listOf(asObject(statement?.['Principal'])?.['Service']);
  return statement?.['Effect'] === 'Allow' && services.includes('events.amazonaws.com');
}

/** Whether a statement does what is needed, whatever its id is. */
function letsIn(statement: unknown, queueArn: string, ruleArn: string): boolean {
  const json = asObject(statement);
  if (json === undefined || !isAllowForEvents(json)) return false;
  const actions = listOf(json['Action']).map((action) => action.toLowerCase());
  return (
    actions.some((action) => ['sqs:sendmessage', 'sqs:send*', 'sqs:*', '*'].includes(action)) &&
    listOf(json['Resource']).some((resource) => resource === queueArn || resource === '*') &&
    (json['Condition'] === undefined || sourceArns(json['Condition'])?.includes(ruleArn) === true)
  );
}

/** The ARNs that a condition compares the source with, when it compares nothing else. */
function sourceArns(condition: unknown): readonly string[] | undefined {
  const entries = Object.entries(asObject(condition) ?? {});
  const [first] = entries;
  if (entries.length !== 1 || first === undefined) return undefined;
  const [operator, comparison] = first;
  const compared = Object.entries(asObject(comparison) ?? {});
  const [only] = compared;
  if (compared.length !== 1 || only === undefined) return undefined;
  if (!['ArnEquals', 'ArnLike', 'StringEquals'].includes(operator)) return undefined;
  return only[0].toLowerCase() === 'aws:sourcearn' ? listOf(only[1]) : undefined;
}

export function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

import { canonical } from '../eventFormat/eventPattern.ts';
import { asObject, type Json } from '../text/json.ts';

/** The policy a queue has is no JSON policy: it is left alone. */
export class QueuePolicyError extends Error {
  override readonly name = 'QueuePolicyError';
}

export const statementId = 'TrustedAccessEvents';

/** Lets one rule put events into one queue. Source: EventBridge user guide, resource-based policies for SQS. */
export function sendStatement(queueArn: string, ruleArn: string) {
  return {
    Sid: statementId,
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
  const parsed = parsePolicy(policy);
  const statements = statementsOf(parsed);
  if (statements.some((statement) => letsIn(statement, queueArn, ruleArn))) return undefined;
  const others = statements.filter((statement) => asObject(statement)?.['Sid'] !== statementId);
  return JSON.stringify({ ...parsed, Statement: [...others, sendStatement(queueArn, ruleArn)] });
}

/** The policy without the statement made here; undefined when there is none. An empty text removes the policy. */
export function policyWithout(policy: string | undefined): string | undefined {
  const parsed = parsePolicy(policy);
  const statements = statementsOf(parsed);
  const others = statements.filter((statement) => asObject(statement)?.['Sid'] !== statementId);
  if (others.length === statements.length) return undefined;
  return others.length === 0 ? '' : JSON.stringify({ ...parsed, Statement: others });
}

function parsePolicy(policy: string | undefined): Json {
  if (policy === undefined || policy === '') return { Version: '2012-10-17' };
  try {
    const parsed = asObject(JSON.parse(policy));
    if (parsed !== undefined) return parsed;
  } catch {
    // Said below.
  }
  throw new QueuePolicyError('the queue has a policy that is no JSON object; put it right by hand');
}

function statementsOf(policy: Json): readonly unknown[] {
  const statement = policy['Statement'];
  if (statement === undefined) return [];
  return Array.isArray(statement) ? statement : [statement];
}

/** Whether somebody's statement does what is needed, whatever it is called. */
function letsIn(statement: unknown, queueArn: string, ruleArn: string): boolean {
  const json = asObject(statement);
  if (json?.['Effect'] !== 'Allow') return false;
  const principal = asObject(json['Principal']);
  const actions = listOf(json['Action']).map((action) => action.toLowerCase());
  const wanted = canonical({ ArnEquals: { 'aws:SourceArn': [ruleArn] } });
  return (
    listOf(principal?.['Service']).includes('events.amazonaws.com') &&
    actions.some((action) => ['sqs:sendmessage', 'sqs:send*', 'sqs:*', '*'].includes(action)) &&
    listOf(json['Resource']).some((resource) => resource === queueArn || resource === '*') &&
    (json['Condition'] === undefined || conditionForms(json['Condition']).includes(wanted))
  );
}

/** The condition written with ArnEquals, when it compares the source's ARN alone. */
function conditionForms(condition: unknown): string[] {
  const entries = Object.entries(asObject(condition) ?? {});
  return entries.flatMap(([operator, comparison]) => {
    const compared = Object.entries(asObject(comparison) ?? {});
    const [only] = compared;
    if (entries.length !== 1 || compared.length !== 1 || only === undefined) return [];
    if (!['ArnEquals', 'ArnLike', 'StringEquals'].includes(operator)) return [];
    if (only[0].toLowerCase() !== 'aws:sourcearn') return [];
    return listOf(only[1]).map((arn) => canonical({ ArnEquals: { 'aws:SourceArn': [arn] } }));
  });
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

import { isArray, isObject, type Json, memberOf, parseJson } from './json.ts';

/** Who asks: an AWS service, or an identity of an account. */
export type PolicyPrincipal =
  | { readonly kind: 'Service'; readonly name: string }
  | { readonly kind: 'Identity'; readonly accountId: string; readonly arn: string };

export interface PolicyQuestion {
  readonly principal: PolicyPrincipal;
  /** For example sqs:SendMessage. */
  readonly action: string;
  readonly resource: string;
  /** Keys such as aws:SourceArn. */
  readonly context: Readonly<Record<string, string>>;
}

export type PolicyAnswer = 'Allowed' | 'Denied' | 'NotMentioned';

type Policy = readonly Json[];

/** The statements, or undefined when the text is no policy. */
export function parsePolicy(text: string): Policy | undefined {
  const statement = memberOf(parseJson(text), 'Statement');
  const statements = isArray(statement) ? statement : statement === undefined ? [] : [statement];
  const complete = statements.every(
    (one) =>
      ['Allow', 'Deny'].includes(String(memberOf(one, 'Effect'))) &&
      (memberOf(one, 'Principal') ?? memberOf(one, 'NotPrincipal')) !== undefined &&
      (memberOf(one, 'Action') ?? memberOf(one, 'NotAction')) !== undefined,
  );
  return statements.length > 0 && complete ? statements : undefined;
}

/** What a policy of IAM says, condition aside; undefined when the text is no policy. */
export function asPolicyStatements(text: string):
  | readonly {
      readonly effect: 'Allow' | 'Deny';
      readonly principals: readonly string[];
      readonly actions: readonly string[];
      readonly resources: readonly string[];
    }[]
  | undefined {
  const statement = memberOf(parseJson(text), 'Statement');
  if (statement === undefined) return undefined;
  return (isArray(statement) ? statement : [statement]).map((one) => {
    const principal = memberOf(one, 'Principal');
    return {
      effect: memberOf(one, 'Effect') === 'Deny' ? 'Deny' : 'Allow',
      principals: ['Service', 'AWS'].flatMap((kind) => textsOf(memberOf(principal, kind))),
      actions: textsOf(memberOf(one, 'Action')),
      resources: textsOf(memberOf(one, 'Resource')),
    };
  });
}

/**
 * What a resource policy says ("Policy evaluation logic", IAM User Guide): a Deny wins, and what nobody mentions is not
 * allowed by it. A condition that is not known here is not met.
 */
export function askPolicy(text: string | undefined, question: PolicyQuestion): PolicyAnswer {
  const applying = (text === undefined ? [] : (parsePolicy(text) ?? [])).filter((statement) =>
    applies(statement, question),
  );
  if (applying.some((statement) => memberOf(statement, 'Effect') === 'Deny')) return 'Denied';
  return applying.length > 0 ? 'Allowed' : 'NotMentioned';
}

function applies(statement: Json, { principal, action, resource, context }: PolicyQuestion): boolean {
  const resources = memberOf(statement, 'Resource');
  const simpleAction = action.toLowerCase();
  return (
    namesPrincipal(memberOf(statement, 'Principal'), principal) &&
    textsOf(memberOf(statement, 'Action')).some((pattern) => isLike(simpleAction, pattern.toLowerCase())) &&
    (resources === undefined || textsOf(resources).some((pattern) => isLike(resource, pattern))) &&
    meets(memberOf(statement, 'Condition'), context)
  );
}

function namesPrincipal(named: Json | undefined, principal: PolicyPrincipal): boolean {
  if (named === '*') return true;
  if (principal.kind === 'Service') return textsOf(memberOf(named, 'Service')).includes(principal.name);
  const { accountId, arn } = principal;
  return textsOf(memberOf(named, 'AWS')).some(
    (text) => text === '*' || text === accountId || text === arn || text.endsWith(`::${accountId}:root`),
  );
}

type Operator = (value: string, pattern: string) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (value, pattern) => value === pattern,
  StringEqualsIgnoreCase: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
};

function meets(condition: Json | undefined, context: Readonly<Record<string, string>>): boolean {
  if (condition === undefined) return true;
  if (!isObject(condition)) return false;
  return Object.entries(condition).every(
    ([operator, keys]) =>
      isObject(keys) &&
      Object.entries(keys).every(([key, values]) => meetsOne(operator, key, values, context)),
  );
}

function meetsOne(
  operator: string,
  key: string,
  values: Json,
  context: Readonly<Record<string, string>>,
): boolean {
  const negated = operator.includes('Not');
  const optional = operator.endsWith('IfExists');
  const compare = operators[operator.replace('Not', '').replace('IfExists', '')];
  const value = Object.entries(context).find(([known]) => known.toLowerCase() === key.toLowerCase())?.[1];
  if (compare === undefined) return false;
  if (value === undefined) return optional || negated;
  return textsOf(values).some((pattern) => compare(value, pattern)) !== negated;
}

function textsOf(value: Json | undefined): readonly string[] {
  if (isArray(value)) return value.flatMap(textsOf);
  return typeof value === 'string' || typeof value === 'boolean' ? [String(value)] : [];
}

/** `*` and `?` as IAM has them. */
export function isLike(value: string, pattern: string): boolean {
  if (pattern === '*' || pattern === value) return true;
  if (!/[*?]/.test(pattern)) return false;
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(value);
}

import { asObject, type Json } from '../text/json.ts';
import { listOf, parsePolicy } from './queuePolicy.ts';

/** A statement of a resource policy that lets a principal in which is not expected there. */
export interface Opening {
  /** The statement id, or its place in the policy. */
  readonly statement: string;
  /** For example `any principal`, or `account 333333333333`. */
  readonly who: string;
  /** Those of the asked actions that it allows. */
  readonly actions: readonly string[];
  /** The principal is a service or everybody, and no condition limits for whom it acts. */
  readonly lacksCondition: boolean;
}

export interface AccessQuestion {
  readonly actions: readonly string[];
  readonly resource: string;
  /** Whose IAM policies decide about its own principals, and whose sources are expected. */
  readonly account: string;
  /** ARNs or account ids of principals of other accounts that are expected. */
  readonly expected?: readonly string[];
}

/**
 * Who else may do this to the resource. Source: IAM user guide, "AWS JSON policy elements: Principal" and "The confused
 * deputy problem". Throws a QueuePolicyError when the policy is no JSON object.
 */
export function openings(policy: string | undefined, question: AccessQuestion): readonly Opening[] {
  return parsePolicy(policy).statements.flatMap((value, index) => {
    const statement = asObject(value);
    if (statement?.['Effect'] !== 'Allow' || !concerns(statement, question.resource)) return [];
    const actions = question.actions.filter((action) => allowsAction(statement, action));
    if (actions.length === 0) return [];
    const sources = sourcesOf(statement['Condition']);
    const sid = statement['Sid'];
    const name = typeof sid === 'string' ? sid : `number ${index + 1}`;
    return principalsOf(statement)
      .filter((principal) => !isExpected(principal, sources, question))
      .map(({ kind, name: who }) => ({
        statement: name,
        who: describe(kind, who, sources),
        actions,
        lacksCondition: kind !== 'Identity' && sources === undefined,
      }));
  });
}

function concerns(statement: Json, resource: string): boolean {
  const resources = listOf(statement['Resource']);
  return resources.length === 0 || resources.some((pattern) => matches(resource, pattern));
}

function allowsAction(statement: Json, action: string): boolean {
  const covers = (patterns: unknown) =>
    listOf(patterns).some((pattern) => matches(action.toLowerCase(), pattern.toLowerCase()));
  return statement['NotAction'] === undefined ? covers(statement['Action']) : !covers(statement['NotAction']);
}

/** `*` and `?` as IAM has them. */
function matches(value: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);
}

interface Principal {
  readonly kind: 'Anyone' | 'Service' | 'Identity';
  readonly name: string;
}

function principalsOf(statement: Json): readonly Principal[] {
  const principal = statement['Principal'];
  if (principal === '*' || principal === undefined) return [{ kind: 'Anyone', name: '*' }];
  return Object.entries(asObject(principal) ?? {}).flatMap(([type, names]) =>
    listOf(names).map((name): Principal => {
      if (name === '*') return { kind: 'Anyone', name };
      return { kind: type === 'Service' ? 'Service' : 'Identity', name };
    }),
  );
}

/** The id of an account from itself or an ARN; another principal as it is. */
function accountOf(name: string): string {
  return name.startsWith('arn:') ? (name.split(':')[4] ?? '') : name;
}

function isExpected(
  { kind, name }: Principal,
  sources: readonly string[] | undefined,
  { account, expected = [] }: AccessQuestion,
): boolean {
  if (kind === 'Identity') {
    return accountOf(name) === account || expected.includes(name) || expected.includes(accountOf(name));
  }
  return sources?.every((source) => accountOf(source) === account) === true;
}

function describe(kind: Principal['kind'], name: string, sources: readonly string[] | undefined): string {
  const of = sources === undefined ? '' : ` of ${sources.join(', ')}`;
  if (kind === 'Anyone') return `any principal${of}`;
  return kind === 'Service' ? `${name}${of || ' for any account'}` : name;
}

const limitingOperator = /^(StringEquals(IgnoreCase)?|StringLike|ArnEquals|ArnLike)$/;
const limitingKeys = [
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:sourceorgid',
  'aws:principalorgid',
];

/** The accounts, ARNs or organizations that a condition limits its callers to; undefined when it does not. */
function sourcesOf(condition: unknown): readonly string[] | undefined {
  for (const [operator, comparison] of Object.entries(asObject(condition) ?? {})) {
    if (!limitingOperator.test(operator)) continue;
    for (const [key, values] of Object.entries(asObject(comparison) ?? {})) {
      const named = listOf(values);
      const limits = named.every((value) => !/[*?]/.test(accountOf(value)));
      if (limitingKeys.includes(key.toLowerCase()) && named.length > 0 && limits) return named;
    }
  }
  return undefined;
}

import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { fieldName, type Problem, problem, problemsOf } from './problems.ts';
import { accountId, externalId, roleArn } from './trustedAccess.ts';
import { isObject } from './walk.ts';

const labelKey = z
  .string()
  .max(317)
  .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/);

const requirementSchema = z.strictObject({
  key: labelKey,
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(labelValue).max(100).optional(),
});

const selectorSchema = z.strictObject({
  matchLabels: z.record(labelKey, labelValue).optional(),
  matchExpressions: z.array(requirementSchema).max(50).optional(),
});

const ruleSchema = z.strictObject({
  selector: selectorSchema.optional(),
  servicePrincipals: z
    .array(
      z
        .string()
        .max(128)
        .regex(/^(\*|[\w+=,.@-]+)$/),
    )
    .max(200)
    .optional(),
  administrators: z.array(accountId).max(1_000).optional(),
  roles: z
    .array(z.strictObject({ arn: roleArn, externalId: externalId.optional() }))
    .max(1_000)
    .optional(),
  allow: z
    .strictObject({
      disable: z.boolean().default(false),
      revoke: z.boolean().default(false),
      whileInUse: z.boolean().default(false),
    })
    .prefault({}),
});

/** What an approval may be required for. */
export const approvals = ['Swap', 'Disable'] as const;

const approvalSchema = z.strictObject({
  required: z.array(z.enum(approvals)).max(approvals.length),
  expiry: z
    .string()
    .max(32)
    .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/)
    .default('24h'),
});

const policySchema = z.strictObject({
  rules: z.array(ruleSchema).max(100).optional(),
  approval: approvalSchema.optional(),
});

/** What the platform owner permits TrustedAccess resources to declare. An absent list restricts nothing. */
export type Policy = z.output<typeof policySchema>;
export type Rule = z.output<typeof ruleSchema>;
export type Selector = z.output<typeof selectorSchema>;

export type ParsedPolicy =
  | { readonly kind: 'Valid'; readonly policy: Policy }
  /** One sentence for each problem, with the name of its field. */
  | { readonly kind: 'Invalid'; readonly problems: readonly string[] };

/** The policy in a parsed YAML document. Unknown fields are problems: a misspelt list would restrict nothing. */
export function parsePolicy(value: unknown): ParsedPolicy {
  if (!isObject(value)) return invalid(['the policy is not an object with the fields rules or approval']);
  const result = policySchema.safeParse(value, { reportInput: true });
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) => problemsOf(issue, []));
    return invalid(problems.map(worded));
  }
  const { rules, approval } = result.data;
  if (!rules && !approval) return invalid(['the policy has neither rules nor approval']);
  const problems = [
    ...(rules ?? []).flatMap(selectorProblems),
    ...(approval ? expiryProblems(approval) : []),
  ];
  return problems.length > 0 ? invalid(problems.map(worded)) : { kind: 'Valid', policy: result.data };
}

function invalid(problems: readonly string[]): ParsedPolicy {
  return { kind: 'Invalid', problems };
}

function worded({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} (${hint})`;
}

function selectorProblems({ selector }: Rule, index: number): Problem[] {
  return (selector?.matchExpressions ?? []).flatMap(({ operator, values = [] }, position) => {
    const path = ['rules', index, 'selector', 'matchExpressions', position, 'values'];
    const needsValues = operator === 'In' || operator === 'NotIn';
    if (needsValues && values.length === 0)
      return [problem(path, `Required value: operator ${operator} compares with at least one value`)];
    return !needsValues && values.length > 0
      ? [problem(path, `Forbidden: operator ${operator} takes no values`)]
      : [];
  });
}

function expiryProblems({ expiry }: NonNullable<Policy['approval']>): Problem[] {
  const milliseconds = parseDuration(expiry) ?? 0;
  const isInRange = milliseconds >= 60_000 && milliseconds <= 30 * 24 * 3_600_000;
  return isInRange ? [] : [problem(['approval', 'expiry'], 'must be between 1m and 720h')];
}

/** Name of a field of a rule, for messages: `rules[0].administrators`. */
export function ruleField(index: number, ...path: readonly string[]): string {
  return fieldName(['rules', index, ...path]);
}

/** A policy that the operator was given, as far as it can be read. */
export type PolicyState =
  | { readonly kind: 'InForce'; readonly policy: Policy }
  /** Nothing is permitted. `problem`: what is wrong with which file, in one sentence. */
  | { readonly kind: 'Unusable'; readonly problem: string };

import { type Policy, type Rule, ruleField, type Selector } from './policy.ts';
import type { TrustedAccess } from './trustedAccess.ts';

/** Of a resource, what a policy judges by. */
export interface Declaration {
  readonly metadata: Pick<TrustedAccess['metadata'], 'labels'>;
  readonly spec: TrustedAccess['spec'];
}

/**
 * Why the policy does not permit what a resource declares: one text for each field, with its value and the remedy.
 * Empty: at least one rule that selects the resource permits all of it. Otherwise the texts are about the rule that
 * objects to the least, if possible one for the resource's principal.
 */
export function violations(declaration: Declaration, { rules }: Policy): readonly string[] {
  if (!rules) return [];
  const objections = selecting(rules, declaration).map(({ rule, index }) => ({
    aboutPrincipal: principalObjections(declaration, rule, index),
    aboutRest: [
      ...administratorObjections(declaration, rule, index),
      ...roleObjections(declaration, rule, index),
      ...allowObjections(declaration, rule, index),
    ],
  }));
  const [least] = objections
    .toSorted(
      (a, b) => a.aboutPrincipal.length - b.aboutPrincipal.length || a.aboutRest.length - b.aboutRest.length,
    )
    .map(({ aboutPrincipal, aboutRest }) => [...aboutPrincipal, ...aboutRest]);
  return (
    least ?? [
      'No rule of the policy selects this resource. Change metadata.labels to those of a rule, or ask the platform owner for a rule.',
    ]
  );
}

/** The external id that the policy names with the role of a permitted resource; undefined: it names none. */
export function externalIdBy(declaration: Declaration, { rules }: Policy): string | undefined {
  const { roleArn } = declaration.spec.organization ?? {};
  if (!rules || roleArn === undefined) return undefined;
  const permitting = selecting(rules, declaration).find(
    ({ rule }) => violations(declaration, { rules: [rule] }).length === 0,
  );
  return permitting && pairFor(declaration, permitting.rule)?.externalId;
}

function selecting(rules: readonly Rule[], declaration: Declaration) {
  return rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule: { selector } }) => !selector || selects(selector, declaration.metadata.labels));
}

/** Source: Kubernetes documentation, "Labels and Selectors": NotIn selects resources without the label too. */
function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  const isMet = ({ key, operator, values = [] }: (typeof matchExpressions)[number]) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  };
  const isEqual = ([key, value]: [string, string]) => Object.hasOwn(labels, key) && labels[key] === value;
  return Object.entries(matchLabels).every(isEqual) && matchExpressions.every(isMet);
}

function principalObjections(
  { spec: { servicePrincipal } }: Declaration,
  { servicePrincipals }: Rule,
  index: number,
): string[] {
  if (!servicePrincipals || servicePrincipals.includes('*')) return [];
  if (servicePrincipals.includes(servicePrincipal)) return [];
  return [
    `The policy does not permit spec.servicePrincipal: ${servicePrincipal}. Ask the platform owner to add it to ${ruleField(index, 'servicePrincipals')}.`,
  ];
}

function administratorObjections({ spec }: Declaration, { administrators }: Rule, index: number): string[] {
  if (!administrators) return [];
  const foreign = (spec.delegatedAdministrators ?? []).filter((id) => !administrators.includes(id));
  if (foreign.length === 0) return [];
  return [
    `The policy does not permit account ${foreign.join(', ')} in spec.delegatedAdministrators. Declare a permitted account (${shown(administrators)}), or ask the platform owner to add it to ${ruleField(index, 'administrators')}.`,
  ];
}

/** A resource without a role uses the operator's own credentials, which every list of roles permits. */
function roleObjections(declaration: Declaration, rule: Rule, index: number): string[] {
  const { roleArn } = declaration.spec.organization ?? {};
  if (!rule.roles || roleArn === undefined) return [];
  if (pairFor(declaration, rule)) return [];
  const field = ruleField(index, 'roles');
  if (rule.roles.some(({ arn }) => arn === roleArn)) {
    return [
      `spec.organization.externalId is not the external id that the policy names with role ${roleArn} in ${field}. Remove it: the operator takes the external id from the policy.`,
    ];
  }
  const permitted = rule.roles.map(({ arn }) => arn);
  const remedy =
    permitted.length === 0
      ? 'Remove it to use the credentials of the operator'
      : `Use a permitted role (${shown(permitted)})`;
  return [
    `The policy does not permit spec.organization.roleArn: ${roleArn}. ${remedy}, or ask the platform owner to add it to ${field}.`,
  ];
}

/** The first pair of the rule with the resource's role whose external id, if it names one, the resource does not contradict. */
function pairFor({ spec }: Declaration, { roles = [] }: Rule) {
  const { roleArn, externalId } = spec.organization ?? {};
  const fits = (named: string | undefined) =>
    named === undefined || externalId === undefined || named === externalId;
  return roles.find((pair) => pair.arn === roleArn && fits(pair.externalId));
}

function allowObjections({ spec }: Declaration, { allow }: Rule, index: number): string[] {
  const objection = (field: string, value: string, instead: string, name: keyof Rule['allow']) =>
    `The policy does not permit ${field}: ${value}. Set ${field}: ${instead}, or ask the platform owner to set ${ruleField(index, 'allow', name)}: true.`;
  return [
    ...(spec.access === 'Disabled' && !allow.disable
      ? [objection('spec.access', 'Disabled', 'Enabled', 'disable')]
      : []),
    ...(spec.deletionPolicy === 'Revoke' && !allow.revoke
      ? [objection('spec.deletionPolicy', 'Revoke', 'Retain', 'revoke')]
      : []),
    ...(spec.disable?.whileInUse === 'Allow' && !allow.whileInUse
      ? [objection('spec.disable.whileInUse', 'Allow', 'Refuse', 'whileInUse')]
      : []),
  ];
}

function shown(values: readonly string[]): string {
  const most = 5;
  const more = values.length > most ? `, and ${values.length - most} more` : '';
  return values.length === 0 ? 'none' : `${values.slice(0, most).join(', ')}${more}`;
}

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../src/crds/policy.ts';
import { externalIdBy, violations } from '../../src/crds/policyViolations.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { policyCases } from '../deploy/policyCases.ts';
import { codeBlocks } from '../docs/documents.ts';

function policyOf(value: unknown) {
  const parsed = parsePolicy(value);
  if (parsed.kind === 'Invalid') throw new Error(parsed.problems.join('\n'));
  return parsed.policy;
}

async function resourceOf(spec: object, labels: Readonly<Record<string, string>> = {}) {
  const parsed = await parseTrustedAccess({
    apiVersion: 'trustedaccess.dev/v1alpha1',
    kind: 'TrustedAccess',
    metadata: { name: 'sso', labels },
    spec,
  });
  if (parsed.kind === 'Invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.resource;
}

describe('what a policy permits', () => {
  it.each(policyCases.map((each) => [each.title, each] as const))('%s', async (_, each) => {
    const { policy, labels, spec, refused } = each;
    const found = violations(await resourceOf(spec, labels), policyOf(policy));
    expect(found).toHaveLength(refused.length);
    refused.forEach((field, index) => {
      expect(found[index]).toContain(field);
    });
  });

  it('a violation names the field, its value, a permitted value and the field of the policy that would permit it', async () => {
    const policy = policyOf({ rules: [{ administrators: ['222222222222'] }] });
    const resource = await resourceOf({ delegatedAdministrators: ['999999999999'] });
    expect(violations(resource, policy)).toEqual([
      'The policy does not permit account 999999999999 in spec.delegatedAdministrators. Declare a permitted account (222222222222), or ask the platform owner to add it to rules[0].administrators.',
    ]);
  });

  it('the violations are about the rule that objects to the least', async () => {
    const policy = policyOf({
      rules: [{ servicePrincipals: [], administrators: [] }, { administrators: ['222222222222'] }],
    });
    const resource = await resourceOf({ delegatedAdministrators: ['999999999999'] });
    expect(violations(resource, policy).join()).toContain('rules[1].administrators');
  });

  it('a violation does not show the external id that the policy names', async () => {
    const policy = policyOf({
      rules: [{ roles: [{ arn: 'arn:aws:iam::111111111111:role/a', externalId: 'only-the-owner-knows' }] }],
    });
    const resource = await resourceOf({
      organization: { roleArn: 'arn:aws:iam::111111111111:role/a', externalId: 'guessed' },
    });
    expect(violations(resource, policy).join()).toContain('spec.organization.externalId');
    expect(violations(resource, policy).join()).not.toContain('only-the-owner-knows');
  });
});

describe('the external id of a role', () => {
  const roleArn = 'arn:aws:iam::111111111111:role/a';
  const paired = policyOf({ rules: [{ roles: [{ arn: roleArn, externalId: 'abc' }] }] });

  it('comes from the policy that names it with the role', async () => {
    expect(externalIdBy(await resourceOf({ organization: { roleArn } }), paired)).toBe('abc');
  });

  it('does not come from a rule that selects other resources', async () => {
    const [rule] = paired.rules ?? [];
    const policy = policyOf({
      rules: [{ ...rule, selector: { matchLabels: { team: 'identity' } } }, { roles: [{ arn: roleArn }] }],
    });
    expect(externalIdBy(await resourceOf({ organization: { roleArn } }), policy)).toBeUndefined();
  });

  it('does not come from a rule that refuses the resource for another field', async () => {
    const [rule] = paired.rules ?? [];
    const policy = policyOf({ rules: [{ ...rule, servicePrincipals: [] }, { roles: [{ arn: roleArn }] }] });
    expect(externalIdBy(await resourceOf({ organization: { roleArn } }), policy)).toBeUndefined();
  });

  it('does not come from the policy without a role', async () => {
    expect(externalIdBy(await resourceOf({}), paired)).toBeUndefined();
  });
});

describe('a policy in docs/permissions.md', () => {
  const shown = codeBlocks('docs/permissions.md').filter(({ text }) => /^(rules|approval):/.test(text));

  it.each(shown.map(({ text, line }) => [line, text] as const))('is valid in line %i', (_, text) => {
    expect(parsePolicy(parse(text))).toMatchObject({ kind: 'Valid' });
  });
});

describe('a policy that is not valid', () => {
  it.each([
    [null, 'the policy is not an object with the fields rules or approval'],
    [{}, 'the policy has neither rules nor approval'],
    [{ rule: [] }, 'unknown field "rule"'],
    [{ rules: [{ administrator: [] }] }, 'unknown field "rules[0].administrator"'],
    [{ rules: [{ allow: { disabled: true } }] }, 'unknown field "rules[0].allow.disabled"'],
    [
      { rules: [{ administrators: [222222222222] }] },
      'rules[0].administrators[0] in body must be of type string',
    ],
    [{ rules: [{ administrators: ['222'] }] }, 'rules[0].administrators[0] in body should match'],
    [{ rules: [{ roles: [{ externalId: 'abc' }] }] }, 'rules[0].roles[0].arn: Required value'],
    [{ rules: [{ roles: ['arn'] }] }, 'rules[0].roles[0] in body must be of type object'],
    [{ rules: [{ servicePrincipals: ['so many words'] }] }, 'rules[0].servicePrincipals[0]'],
    [
      { rules: [{ selector: { matchExpressions: [{ key: 'team', operator: 'Is' }] } }] },
      'rules[0].selector.matchExpressions[0].operator: Unsupported value: "Is"',
    ],
    [
      { rules: [{ selector: { matchExpressions: [{ key: 'team', operator: 'In' }] } }] },
      'rules[0].selector.matchExpressions[0].values: Required value: operator In compares with at least one value',
    ],
    [
      { rules: [{ selector: { matchExpressions: [{ key: 'team', operator: 'Exists', values: ['a'] }] } }] },
      'rules[0].selector.matchExpressions[0].values: Forbidden: operator Exists takes no values',
    ],
    [{ rules: [{ selector: { matchLabels: { team: 1 } } }] }, 'rules[0].selector.matchLabels.team in body'],
    [{ approval: { required: ['Everything'] } }, 'approval.required[0]: Unsupported value: "Everything"'],
    [{ approval: { required: ['Swap'], expiry: '1s' } }, 'approval.expiry: must be between 1m and 720h'],
  ])('%j is refused with the field that is wrong', (value, expected) => {
    const parsed = parsePolicy(value);
    expect(parsed.kind === 'Invalid' ? parsed.problems.join('\n') : 'valid').toContain(expected);
  });
});

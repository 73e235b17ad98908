import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, marker, planMarkdown } from '../../src/cli/plan/markdown.ts';
import { type Fault, type ResourceReport, reportOf } from '../../src/cli/plan/report.ts';

const organization = { id: 'o-exampleorgid', managementAccountId: '111111111111', partition: 'aws' };

function resource(change: Partial<ResourceReport> = {}): ResourceReport {
  return {
    name: 'sso',
    file: 'manifests/sso.yaml',
    line: 1,
    servicePrincipal: 'sso.amazonaws.com',
    title: 'IAM Identity Center',
    result: 'InSync',
    organization,
    declared: { access: 'Enabled' },
    actions: [],
    unknowns: [],
    ...change,
  };
}

const swap = (name: string): ResourceReport =>
  resource({
    result: 'Changes',
    declared: { access: 'Enabled', delegatedAdministrators: ['333333333333'] },
    observed: {
      access: 'Enabled',
      delegatedAdministrators: [{ accountId: '222222222222', name, state: 'ACTIVE' }],
    },
    actions: [
      {
        mark: '~',
        kind: 'ReplaceAdministrator',
        account: { accountId: '333333333333', name: 'identity' },
        replaces: { accountId: '222222222222', name },
        text: `replace 222222222222 (${name}) by 333333333333 (identity)`,
        why: 'it is declared',
        affects: [`222222222222 (${name}) no longer administers it`],
      },
    ],
  });

describe('The summary for a pull request', () => {
  it('reads like this', () => {
    const errors: Fault[] = [{ file: 'manifests/x.yaml', line: 4, message: 'unknown field "spec.x"' }];
    const quiet = resource({ name: 'ram', servicePrincipal: 'ram.amazonaws.com' });
    expect(planMarkdown(reportOf([swap('security'), quiet], errors))).toBe(`<!-- trusted-access plan -->
## ❌ Trusted access: needs attention

Plan: 0 to add, 1 to change, 0 to remove; 2 resources: 1 in sync, 1 with changes; 1 error in manifests.

| manifest | error |
| --- | --- |
| \`manifests/x.yaml:4\` | unknown field "spec.x" |

### \`sso\`: would change

IAM Identity Center (\`sso.amazonaws.com\`), organization \`o-exampleorgid\` — \`manifests/sso.yaml:1\`

\`\`\`\`\`\`diff
  access: Enabled
  delegatedAdministrators:
-   - "222222222222"  # security
+   - "333333333333"  # identity
\`\`\`\`\`\`

1. **change**: replace 222222222222 (security) by 333333333333 (identity)
   - why: it is declared
   - affects: 222222222222 (security) no longer administers it

<details><summary>Nothing to do</summary>

| resource | service | |
| --- | --- | --- |
| \`ram\` | \`ram.amazonaws.com\` | in sync |

</details>
`);
  });

  it.each([
    ['all as declared', [resource()], '## ✅ Trusted access: in sync'],
    ['changes', [swap('security')], '## 📝 Trusted access: changes'],
    [
      'something that cannot be reached',
      [resource({ result: 'Stopped', stop: { reason: 'InUse', message: 'in use', passing: false } })],
      '## ❌ Trusted access: needs attention',
    ],
  ])('has the title of %s', (_what, resources, title) => {
    expect(planMarkdown(reportOf(resources, []))).toContain(title);
  });

  it('names the guard, the missing permission, and what passes by itself', () => {
    const text = planMarkdown(
      reportOf(
        [
          resource({
            result: 'Stopped',
            stop: { reason: 'AccessDenied', message: 'no', action: 'iam:GetRole', passing: true },
          }),
        ],
        [],
      ),
    );
    expect(text).toContain('🛑 **Stops** (`AccessDenied`): no');
    expect(text).toContain('Missing permission: `iam:GetRole`');
    expect(text).toContain('This failure may be temporary. Run the job again.');
  });

  it('fits into a comment however many resources there are', () => {
    const many = Array.from({ length: 400 }, () => swap('x'.repeat(50)));
    const text = planMarkdown(reportOf(many, []));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/_\d+ more do not fit in this comment\. See the log of the job\._/);
    expect(text.startsWith(marker)).toBe(true);
  });

  it.each([
    ['a mention', 'ping @octo-org/everyone', 'ping @&#8203;octo-org/everyone'],
    ['a reference', 'fixes #1 and GH-2', 'fixes #&#8203;1 and GH&#45;2'],
    ['a link', '[x](https://a.example)', '\\[x\\](https&#58;//a.example)'],
    ['a bare link', 'www.a.example', 'www&#46;a.example'],
    ['markup', '<img src=x onerror=y> **b** `c`', '\\<img src=x onerror=y\\> \\*\\*b\\*\\* \\`c\\`'],
    ['a cell', 'a | b', 'a \\| b'],
    ['an escape', 'a\\', 'a\\\\'],
  ])('takes %s in a name for text', (_what, name, shown) => {
    expect(escaped(name)).toBe(shown);
  });

  it('lets no name out of its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'`|<>\\*[]()#@ ab~_&-'), maxLength: 50 }), (name) => {
        const lines = planMarkdown(reportOf([swap(name)], [])).split('\n');
        expect(lines.filter((line) => line.startsWith('``````'))).toEqual(['``````diff', '``````']);
        expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(2);
        expect(lines.filter((line) => line.startsWith('1. '))).toHaveLength(1);
        const item = lines.find((line) => line.startsWith('1. ')) ?? '';
        expect(item.replace(/\\[\\`*_[\]<>|~&]/g, '').replace('**change**', '')).not.toMatch(/[`*_[\]<>|~]/);
      }),
    );
  });
});

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/cli/plan/report.ts';
import { runToEnd } from '../harness/binary.ts';
import { runProgram } from '../harness/program.ts';
import {
  audit,
  identity,
  manifest,
  openScenario,
  readOnly,
  type Scenario,
  security,
  sso,
} from './planFixture.ts';

let scenario: Scenario;
const open = async (wanted: Parameters<typeof openScenario>[0] = {}) => {
  scenario = await openScenario(wanted);
  return scenario;
};
afterEach(() => scenario?.[Symbol.asyncDispose]());

const administeredBy = (accountId: string) => manifest(`delegatedAdministrators: ["${accountId}"]`);
const without = (...denied: string[]) =>
  readOnly.map(({ actions }) => ({ actions: actions.filter((action) => !denied.includes(action)) }));

async function planJson(args: readonly string[]) {
  const { stdout, stderr, code } = await scenario.run(['plan', '--json', ...args]);
  expect(stderr).toBe('');
  const report = reportSchema.parse(JSON.parse(stdout));
  return { code, report, first: report.resources[0] };
}

describe('trusted-access plan, with permission to read alone', () => {
  it('says in sync and exits with 0 when AWS is in sync', async () => {
    await open({ administrators: { [sso]: [security] } });
    const file = await scenario.write('sso.yaml', administeredBy(security));
    const { stdout, code } = await scenario.run(['plan', '-f', file]);
    expect(stdout).toBe(
      `= sso: in sync  ${file}:1\n\nIn sync. Plan: 0 to add, 0 to change, 0 to remove; 1 resource: 1 in sync, 0 with changes.\n`,
    );
    expect(code).toBe(0);
  });

  it('shows a swap with who goes, who comes and why, and exits with 2', async () => {
    await open({ administrators: { [sso]: [security] } });
    const file = await scenario.write('sso.yaml', administeredBy(identity));
    const { stdout, code } = await scenario.run(['plan', '-f', file]);
    expect(stdout).toContain(`~ sso: would change  ${file}:1`);
    expect(stdout).toContain(`  delegatedAdministrators:
    -   - "222222222222"  # security
    +   - "333333333333"  # identity`);
    expect(stdout).toContain(
      '1. ~ replace the delegated administrator 222222222222 (security) by 333333333333 (identity)',
    );
    expect(stdout).toContain('why:     333333333333 (identity) is in spec.delegatedAdministrators');
    expect(stdout).toContain(
      'affects: 222222222222 (security) no longer administers IAM Identity Center, with its 3 permission sets',
    );
    expect(stdout).toContain('Plan: 0 to add, 1 to change, 0 to remove');
    expect(code).toBe(2);
    expect(scenario.writes()).toEqual([]);
  });

  it('shows what disabling costs, and the guard that stops it', async () => {
    await open({ administrators: { [sso]: [security] } });
    const off = 'access: Disabled, delegatedAdministrators: []';
    const guarded = await scenario.write('off.yaml', manifest(`${off}, disable: { confirmation: disable }`));
    const stopped = await scenario.run(['plan', '-f', guarded]);
    expect(stopped.stdout).toContain('✗ sso: cannot reach the desired state');
    expect(stopped.stdout).toContain('✗ stops: InUse');
    expect(stopped.stdout).toContain('3 permission sets whose users would lose access');
    expect(stopped.code).toBe(1);
    const allowed = manifest(`${off}, disable: { confirmation: disable, whileInUse: Allow }`);
    const { stdout, code } = await scenario.run([
      'plan',
      '-f',
      await scenario.write('allowed.yaml', allowed),
    ]);
    expect(stdout).toContain('1. - deregister the delegated administrator 222222222222 (security)');
    expect(stdout).toContain('2. - disable trusted access');
    expect(stdout).toContain('across the accounts of organization o-exampleorgid');
    expect(stdout).toMatch(/the users of 3 permission sets of arn:aws:sso:::instance\/\S+ lose access/);
    expect(code).toBe(2);
    expect(scenario.writes()).toEqual([]);
  });

  it('shows what deregistering does in a service that keeps an administrator of its own, and stops without a confirmation', async () => {
    const principal = 'securityhub.amazonaws.com';
    await open({ enabled: [principal], administrators: { [principal]: [security] } });
    const swap = `servicePrincipal: ${principal}, delegatedAdministrators: ["${identity}"]`;
    const stopped = await scenario.run(['plan', '-f', await scenario.write('swap.yaml', manifest(swap))]);
    expect(stopped.stdout).toContain('✗ stops: NotConfirmed');
    expect(stopped.stdout).toContain('deletes its configuration policies');
    expect(stopped.code).toBe(1);
    const confirmed = manifest(`${swap}, deregister: { confirmation: deregister }`);
    const { stdout, code } = await scenario.run(['plan', '-f', await scenario.write('yes.yaml', confirmed)]);
    expect(stdout).toContain('1. ~ replace the delegated administrator');
    expect(stdout).toContain(
      'Security Hub ends central configuration and deletes its configuration policies',
    );
    expect(code).toBe(2);
    expect(scenario.writes()).toEqual([]);
  });

  it('shows the actions that driftPolicy: Observe delays, and exits with 2', async () => {
    await open({ enabled: [] });
    const file = await scenario.write('sso.yaml', manifest('driftPolicy: Observe'));
    const { report, first, code } = await planJson(['-f', file]);
    expect(first).toMatchObject({ result: 'Held', held: { reason: 'DriftObserved' } });
    expect(first?.actions).toMatchObject([{ mark: '+', kind: 'EnableAccess' }]);
    expect(report.summary).toMatchObject({ changes: 1, add: 0 });
    expect(code).toBe(2);
  });

  it.each([
    ['gaurdduty.amazonaws.com', 'Did you mean guardduty.amazonaws.com?'],
    ['guardduty.amazon.com', 'Did you mean guardduty.amazonaws.com?'],
    ['brandnewservice.amazonaws.com', 'Check its spelling.'],
  ])('warns of the principal %s, which the catalog lacks', async (principal, remedy) => {
    await open();
    const file = await scenario.write('unknown.yaml', manifest(`servicePrincipal: ${principal}`));
    const warning = `This version does not know the service ${principal}. ${remedy}`;
    const { first, code } = await planJson(['-f', file]);
    expect(first?.warnings).toEqual([warning]);
    expect(code).toBe(2);
    expect((await scenario.run(['plan', '-f', file])).stdout).toContain(`! warning: ${warning}`);
    const { stdout: comment } = await scenario.run(['plan', '--markdown', '-f', file]);
    expect(comment).toContain(`⚠️ **Warning:** ${warning}`);
  });

  it('counts the digits of an account id that is too short', async () => {
    await open();
    const file = await scenario.write('short.yaml', administeredBy('22222222222'));
    const { stdout, code } = await scenario.run(['plan', '-f', file]);
    expect(stdout).toContain('spec.delegatedAdministrators[0]');
    expect(stdout).toContain('11 digits; 12 needed');
    expect(code).toBe(1);
  });

  it('names the permission that is missing for what it could not read', async () => {
    await open({ statements: without('organizations:ListDelegatedAdministrators', 'sso:ListInstances') });
    const file = await scenario.write('sso.yaml', administeredBy(security));
    const { first, code } = await planJson(['-f', file]);
    expect(first).toMatchObject({
      result: 'Stopped',
      stop: { reason: 'AccessDenied', action: 'organizations:ListDelegatedAdministrators' },
      unknowns: [
        { fact: 'delegated administrators', action: 'organizations:ListDelegatedAdministrators' },
        { fact: 'use of IAM Identity Center', action: 'sso:ListInstances' },
      ],
    });
    expect(code).toBe(1);
    const { stdout } = await scenario.run(['plan', '-f', file]);
    expect(stdout).toContain('missing permission: organizations:ListDelegatedAdministrators');
    expect(stdout).toContain('? use of IAM Identity Center could not be read: AccessDenied');
  });

  it('reports an optional unknown without making a failure of it', async () => {
    await open({ statements: without('iam:GetRole') });
    const { first, code } = await planJson(['-f', await scenario.write('sso.yaml', manifest())]);
    expect(first).toMatchObject({ result: 'InSync', unknowns: [{ fact: 'service-linked role' }] });
    expect(code).toBe(0);
  });

  it('names file and line of the error, in the words of the API server, and plans the rest', async () => {
    await open();
    await scenario.write('good.yaml', manifest());
    await scenario.write(
      'bad.yaml',
      `${manifest('', 'a')}---\n${manifest('', 'b').replace('spec: {  }', 'spec:\n  interval: 1s\n  acces: Enabled')}`,
    );
    await scenario.write('broken.yaml', 'a: [1');
    await scenario.write('other.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n');
    const { report, code } = await planJson(['-f', scenario.folder]);
    const at = (file: string) => join(scenario.folder, file);
    expect(report.errors).toEqual(
      expect.arrayContaining([
        {
          file: at('bad.yaml'),
          line: 13,
          resource: 'b',
          message: expect.stringContaining('unknown field "spec.acces"'),
        },
        { file: at('broken.yaml'), line: 1, message: expect.any(String) },
      ]),
    );
    expect(report.resources.map(({ name }) => name).sort()).toEqual(['a', 'sso']);
    expect(code).toBe(1);
  });

  it.each([
    [
      'a file that is not there',
      ['nothing.yaml'],
      /nothing\.yaml cannot be read: there is no such file or folder/,
    ],
    ['an empty folder', ['.'], /no TrustedAccess is declared in /],
  ])('says what it lacks with %s', async (_what, [file = ''], words) => {
    await open();
    await mkdir(join(scenario.folder, 'empty'));
    const { stdout, stderr, code } = await scenario.run(['plan', '-f', join(scenario.folder, 'empty', file)]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('reads several files and standard input', async () => {
    await open({ enabled: [sso, 'ram.amazonaws.com'] });
    const file = await scenario.write('sso.yaml', manifest());
    const node = join(import.meta.dirname, '../../node_modules/.bin/node');
    const executable = join(import.meta.dirname, '../../bin/trusted-access.mjs');
    const { stdout, code } = await runProgram(node, [executable, 'plan', '-f', file, '-f', '-'], {
      env: { ...scenario.environment, HOME: '/nonexistent' },
      stdin: manifest('servicePrincipal: ram.amazonaws.com', 'ram'),
    });
    expect(stdout).toContain('= sso: in sync');
    expect(stdout).toContain('= ram: in sync  standard input:1');
    expect(code).toBe(0);
  });

  it('finds that two manifests are about the same', async () => {
    await open();
    await scenario.write('one.yaml', manifest('', 'one'));
    await scenario.write('two.yaml', manifest('', 'two'));
    const { report, code } = await planJson(['-f', scenario.folder]);
    expect(report.resources.map(({ result }) => result).sort()).toEqual(['InSync', 'Stopped']);
    expect(report.resources.flatMap(({ stop }) => stop ?? [])).toMatchObject([{ reason: 'Conflict' }]);
    expect(code).toBe(1);
  });

  it('exits with 1 and says so without credentials', async () => {
    await open();
    const file = await scenario.write('sso.yaml', manifest());
    const { AWS_ENDPOINT_URL, AWS_REGION } = scenario.environment;
    const { stdout, code } = await runToEnd(['plan', '-f', file], { AWS_ENDPOINT_URL, AWS_REGION });
    expect(stdout).toContain('no usable credentials');
    expect(code).toBe(1);
  });

  it('says in one line that there is neither a manifest nor a cluster', async () => {
    await open();
    const { stderr, code } = await scenario.run(['plan']);
    expect(stderr).toContain('no cluster: there is no kubeconfig');
    expect(code).toBe(1);
  });

  it('plans with the role of the manifest, and stops at the guard of another organization', async () => {
    await open();
    const file = await scenario.write('sso.yaml', manifest('organization: { id: o-anotherone1 }'));
    const { first, code } = await planJson(['-f', file]);
    expect(first?.stop).toMatchObject({ reason: 'WrongOrganization' });
    expect(code).toBe(1);
  });

  it('shows nothing of a name that is not seen, and no command to the log of a pipeline', async () => {
    await open({ administrators: { [sso]: [security] }, securityName: 'a\u001b[31m\u202e\n::error::b' });
    const file = await scenario.write('sso.yaml', administeredBy(audit));
    for (const format of [[], ['--markdown'], ['--json']]) {
      const { stdout } = await scenario.run(['plan', '-f', file, ...format]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^\s*::/m);
    }
  });
});

describe('The formats', () => {
  it('are coloured on a terminal alone', async () => {
    await open({ enabled: [] });
    const file = await scenario.write('sso.yaml', manifest());
    const node = join(import.meta.dirname, '../../bin/trusted-access.mjs');
    const inTerminal = (env: NodeJS.ProcessEnv) =>
      runProgram(
        'script',
        [
          '-qec',
          `${join(import.meta.dirname, '../../node_modules/.bin/node')} ${node} plan -f ${file}`,
          '/dev/null',
        ],
        {
          env: {
            PATH: process.env['PATH'],
            HOME: '/nonexistent',
            TERM: 'xterm',
            ...scenario.environment,
            ...env,
          },
        },
      );
    const coloured = '\u001b[';
    expect((await inTerminal({})).stdout).toContain(coloured);
    expect((await inTerminal({ NO_COLOR: '1' })).stdout).not.toContain(coloured);
    expect((await scenario.run(['plan', '-f', file], { NO_COLOR: '' })).stdout).not.toContain(coloured);
  });

  it('match docs/plan.schema.json in JSON', async () => {
    const { stdout, code } = await runToEnd(['plan', '--json-schema']);
    const documented = await readFile(join(import.meta.dirname, '../../docs/plan.schema.json'), 'utf8');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(documented));
    expect(code).toBe(0);
  });

  it('exclude one another', async () => {
    const { stderr, code } = await runToEnd(['plan', '--json', '--markdown']);
    expect(stderr).toContain("option '--markdown' cannot be used with option '--json'");
    expect(code).toBe(1);
  });
});

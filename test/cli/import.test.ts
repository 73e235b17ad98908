import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { allowEverything } from '../../sandbox/aws/identity.ts';
import { setAccountState } from '../../sandbox/aws/seed.ts';
import { identity, management, openScenario, readOnly, type Scenario, security, sso } from './planFixture.ts';

let scenario: Scenario;
const open = async (wanted: Parameters<typeof openScenario>[0] = {}) => {
  scenario = await openScenario(wanted);
  return scenario;
};
afterEach(() => scenario?.[Symbol.asyncDispose]());

const everything = {
  enabled: [
    sso,
    'access-analyzer.amazonaws.com',
    'backup.amazonaws.com',
    'ipam.amazonaws.com',
    'member.org.stacksets.cloudformation.amazonaws.com',
    'ram.amazonaws.com',
  ],
  administrators: {
    [sso]: [security],
    'backup.amazonaws.com': [security, identity],
    'access-analyzer.amazonaws.com': [identity],
  },
};

interface Manifest {
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

async function imported(args: readonly string[] = []) {
  const { stdout, stderr, code } = await scenario.run(['import', ...args]);
  const documents = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
  const specs = Object.fromEntries(documents.map(({ metadata, spec }) => [metadata.name, spec]));
  return { stdout, stderr, code, specs };
}

describe('trusted-access import, with permission to read alone', () => {
  it('declares every service the organization trusts, with its administrators', async () => {
    await open(everything);
    const { specs, stderr, code } = await imported();
    expect(specs).toEqual({
      'access-analyzer': {
        servicePrincipal: 'access-analyzer.amazonaws.com',
        access: 'Enabled',
        delegatedAdministrators: [identity],
      },
      backup: {
        servicePrincipal: 'backup.amazonaws.com',
        access: 'Enabled',
        delegatedAdministrators: [security, identity],
      },
      ipam: { servicePrincipal: 'ipam.amazonaws.com', access: 'Enabled' },
      'member-org-stacksets-cloudformation': {
        servicePrincipal: 'member.org.stacksets.cloudformation.amazonaws.com',
        access: 'Enabled',
      },
      ram: { servicePrincipal: 'ram.amazonaws.com', access: 'Enabled' },
      sso: {
        servicePrincipal: sso,
        access: 'Enabled',
        delegatedAdministrators: [security],
        identityCenter: { region: 'eu-west-1' },
      },
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(scenario.writes()).toEqual([]);
  });

  it('leaves administrators unmanaged where no account is registered, and says why', async () => {
    await open(everything);
    const { specs, stdout } = await imported(['--principal', 'ipam.amazonaws.com']);
    expect(specs['ipam']).not.toHaveProperty('delegatedAdministrators');
    expect(stdout).toContain('# No account is registered. delegatedAdministrators is omitted, because');
    expect(stdout).toContain('or import with --manage-administrators.');
  });

  it('declares that there are none with --manage-administrators', async () => {
    await open(everything);
    const { specs, stdout } = await imported(['--manage-administrators']);
    expect(specs['ipam']).toMatchObject({ delegatedAdministrators: [] });
    expect(specs['sso']).toMatchObject({ delegatedAdministrators: [security] });
    expect(specs['ram']).not.toHaveProperty('delegatedAdministrators');
    expect(stdout).toContain(
      '# No account is registered. With [], the operator removes any account that is registered later.',
    );
  });

  it.each([['--organization-guard'], ['--manage-administrators']])(
    'writes manifests with %s that run applies without a write to AWS',
    async (...more) => {
      await open({ ...everything, statements: allowEverything });
      const directory = join(scenario.folder, 'manifests');
      expect((await scenario.run(['import', '--output-dir', directory, ...more])).code).toBe(0);
      expect(await readdir(directory)).toHaveLength(everything.enabled.length);
      const planned = await scenario.run(['plan', '-f', directory]);
      expect(planned.stdout).toContain('6 resources: 6 in sync, 0 with changes');
      expect(planned.code).toBe(0);
      const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
      const ran = await scenario.run(['run', '--manifests', directory, '--once', ...off]);
      expect(ran.code).toBe(0);
      expect(scenario.aws.journal.count('ListAWSServiceAccessForOrganization')).toBeGreaterThan(2);
      expect(scenario.writes()).toEqual([]);
    },
  );

  it('reports in comments what was found', async () => {
    await open(everything);
    const { stdout } = await imported();
    for (const said of [
      /^# IAM Identity Center: trusted access is enabled since \d{4}-\S+Z$/m,
      /^# in organization o-exampleorgid \(management account 111111111111\)\.$/m,
      /^# Identity Center is in use: arn:aws:sso:::instance\/\S+ in eu-west-1 has 3 permission sets\.$/m,
      /^ {4}- "222222222222" # security, since \S+Z$/m,
      /^# After you disable it, only its own console or API can enable it again\.$/m,
      /^# AWS recommends its own console or API to enable and disable it/m,
      /^# It has no delegated administrators\.$/m,
    ]) {
      expect(stdout).toMatch(said);
    }
  });

  it('leaves out what it could not read, and says why', async () => {
    const statements = readOnly.map(({ actions }) => ({
      actions: actions.filter((action) => !/ListDelegatedAdministrators|ListInstances/.test(action)),
    }));
    await open({ ...everything, statements });
    const { specs, stdout, stderr, code } = await imported(['--principal', sso]);
    expect(specs['sso']).toEqual({ servicePrincipal: sso, access: 'Enabled' });
    expect(stdout).toContain(
      '# delegatedAdministrators is omitted, because it could not be read: organizations:ListDelegatedAdministrators is not permitted',
    );
    expect(stdout).toContain(
      '# Cannot determine whether IAM Identity Center is in use, so the operator treats it as in use: sso:ListInstances',
    );
    expect(stderr).toContain('warning: sso: delegatedAdministrators is omitted');
    expect(code).toBe(0);
  });

  it('warns of what the operator would stop at', async () => {
    await open(everything);
    setAccountState(scenario.aws.world, security, 'SUSPENDED');
    const { stdout, stderr, code } = await imported(['--principal', sso]);
    expect(stderr).toContain('warning: sso: the operator would stall on it: AccountNotActive');
    expect(stdout).toContain('# The operator would stall on this manifest: AccountNotActive');
    expect(code).toBe(0);
  });

  it('writes down how the organization is reached, and guards it', async () => {
    await open({ ...everything, statements: [{ actions: ['sts:AssumeRole'] }] });
    const { putRole } = await import('../../sandbox/aws/seed.ts');
    const trust = [{ principals: [management], externalId: 'abc' }];
    putRole(scenario.aws.world, management, { name: 'reader', statements: readOnly, trust });
    const roleArn = `arn:aws:iam::${management}:role/reader`;
    const { specs, stderr } = await imported([
      ...['--role-arn', roleArn, '--external-id', 'abc', '--region', 'us-east-1'],
      ...['--principal', 'ram.amazonaws.com', '--organization-guard'],
    ]);
    expect(stderr).toBe('');
    expect(specs['ram']?.['organization']).toEqual({
      id: 'o-exampleorgid',
      roleArn,
      externalId: 'abc',
      region: 'us-east-1',
    });
  });

  it('gives the same files again, and replaces no other without being reported', async () => {
    await open(everything);
    const directory = await mkdtemp(join(tmpdir(), 'trusted-access-import-'));
    const again = (...more: string[]) => scenario.run(['import', '--output-dir', directory, ...more]);
    try {
      await again();
      const second = await again();
      expect(second.stdout).toBe('');
      expect(second.stderr).toContain('0 written, 6 already up to date');
      await writeFile(join(directory, 'sso.yaml'), '# mine\n');
      await rm(join(directory, 'ram.yaml'));
      const refused = await again();
      expect(refused.stderr).toContain('sso.yaml exists already. To replace it, set --overwrite');
      expect(refused.code).toBe(1);
      expect(await readdir(directory)).not.toContain('ram.yaml');
      expect((await again('--overwrite')).code).toBe(0);
      expect(await readFile(join(directory, 'sso.yaml'), 'utf8')).toContain('servicePrincipal: sso');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each([
    [
      'a service that is not trusted',
      ['--principal', 'fms.amazonaws.com'],
      'does not trust fms.amazonaws.com; it trusts access-analyzer',
    ],
    ['an external id without a role', ['--external-id', 'abc'], 'set roleArn too'],
    ['a role that is none', ['--role-arn', 'reader'], 'reader'],
    ['a role of a short account', ['--role-arn', 'arn:aws:iam::11111111111:role/x'], '11 digits; 12 needed'],
  ])('says in one line the error with %s', async (_what, args, words) => {
    await open(everything);
    const { stdout, stderr, code } = await scenario.run(['import', ...args]);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(
      stderr
        .replace(/\n\(--help [^\n]*/, '')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('says so when the organization trusts no service', async () => {
    await open({ enabled: [] });
    const { stdout, stderr, code } = await scenario.run(['import']);
    expect(stdout).toBe('');
    expect(stderr).toContain('organization o-exampleorgid trusts no service, so there is nothing to import');
    expect(code).toBe(0);
  });
});

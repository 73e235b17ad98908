import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EnableAWSServiceAccessCommand,
  RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/cli/plan/report.ts';
import { runToEnd } from '../harness/binary.ts';
import { awsEnvironment, resetMoto } from '../harness/moto.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { organizeByCalls, setFixture } from './fixture.ts';

const keys = { accessKeyId: 'testing', secretAccessKey: 'testing' };
const principals = ['sso.amazonaws.com', 'guardduty.amazonaws.com', 'ram.amazonaws.com'];

describe('import and plan on moto, which others wrote', () => {
  const { fixture } = setFixture(sharedMotoUrl(), keys, organizeByCalls);
  const run = (...args: string[]) => runToEnd(args, awsEnvironment(sharedMotoUrl()));
  let folder: string;

  beforeAll(async () => {
    await resetMoto(sharedMotoUrl());
    await fixture.organization('security', 'identity');
    const { organizations } = fixture.clients;
    for (const ServicePrincipal of principals) {
      await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    }
    const delegation = { ServicePrincipal: 'sso.amazonaws.com', AccountId: fixture.id('security') };
    await organizations.send(new RegisterDelegatedAdministratorCommand(delegation));
    folder = await mkdtemp(join(tmpdir(), 'trusted-access-moto-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('what is imported is in sync', async () => {
    const imported = await run('import', '--output-dir', folder);
    expect(imported).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'sso.yaml'), 'utf8')).toContain(
      `    - "${fixture.id('security')}" # security, since `,
    );
    const planned = await run('plan', '-f', folder, '--json');
    const report = reportSchema.parse(JSON.parse(planned.stdout));
    expect(report.resources.map(({ name, result }) => [name, result]).sort()).toEqual([
      ['guardduty', 'InSync'],
      ['ram', 'InSync'],
      ['sso', 'InSync'],
    ]);
    expect(planned.code).toBe(0);
  });

  it('another administrator is a swap, with both names', async () => {
    const file = join(folder, 'sso.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(`"${fixture.id('security')}"`, `"${fixture.id('identity')}"`));
    const { stdout, code } = await run('plan', '-f', file);
    expect(stdout).toContain(
      `~ replace the delegated administrator ${fixture.id('security')} (security) by ${fixture.id('identity')} (identity)`,
    );
    expect(code).toBe(2);
  });
});

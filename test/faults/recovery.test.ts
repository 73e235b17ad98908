/** The built executable when credentials or permissions come that were missing. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { allowEverything } from '../../sandbox/aws/identity.ts';
import { putRole } from '../../sandbox/aws/seed.ts';
import { type Aws, management, manifest, openAws, type Shown } from '../cluster/fixture.ts';
import { runBinary } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';

const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
/** What the docs promise, in milliseconds. */
const promised = 30_000;

async function open(aws: Aws, environment: (folder: string) => NodeJS.ProcessEnv = () => ({})) {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-recovery-'));
  const manifests = join(folder, 'manifests');
  await mkdir(manifests);
  await writeFile(join(manifests, 'sso.yaml'), manifest());
  const env = { ...aws.environment, ...environment(folder) };
  const operator = await runBinary(['run', '--manifests', manifests, ...off], env);
  return {
    folder,
    becomes: (type: string, status: string, timeoutMs = 60_000) =>
      eventually(
        async () => {
          const text = await readFile(join(manifests, '.status', 'sso.yaml'), 'utf8');
          const shown = parse(text) as Shown;
          const condition = shown.status?.conditions.find((each) => each.type === type);
          expect(condition, operator.stdout()).toMatchObject({ status });
        },
        { timeoutMs, what: `${type} to be ${status}` },
      ),
    async [Symbol.asyncDispose]() {
      await operator.stop();
      await rm(folder, { recursive: true });
    },
  };
}

describe.concurrent('A stalled resource', () => {
  it('is in sync within 30 seconds after its credentials were written', async () => {
    await using aws = await openAws();
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = aws.environment;
    await using opened = await open(aws, (folder) => ({
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    }));
    await opened.becomes('Ready', 'False');
    const text = `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    await writeFile(join(opened.folder, 'credentials'), text);
    await opened.becomes('Ready', 'True', promised);
  });

  it('is in sync within 30 seconds after wrong keys in the file were replaced', async () => {
    await using aws = await openAws();
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = aws.environment;
    const keys = (one: string) =>
      `[default]\naws_access_key_id = ${one}\naws_secret_access_key = ${secret}\n`;
    const place = await mkdtemp(join(tmpdir(), 'trusted-access-keys-'));
    const file = join(place, 'credentials');
    await writeFile(file, keys('AKIDUNKNOWN'));
    await using opened = await open(aws, () => ({
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_SHARED_CREDENTIALS_FILE: file,
    }));
    await opened.becomes('Ready', 'False');
    await writeFile(file, keys(id));
    await opened.becomes('Ready', 'True', promised);
    await rm(place, { recursive: true });
  });

  it('is in sync within 30 seconds after the missing permission was granted', async () => {
    await using aws = await openAws([{ actions: ['sts:*'] }]);
    await using opened = await open(aws);
    await opened.becomes('Ready', 'False');
    putRole(aws.aws.world, management, { name: 'trusted-access-operator', statements: allowEverything });
    await opened.becomes('Ready', 'True', promised);
  });
});

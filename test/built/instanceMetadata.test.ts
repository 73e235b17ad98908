/** On an EC2 instance the built executable takes its credentials from the instance metadata service. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manifest, openAws } from '../cluster/fixture.ts';
import { runToEnd } from '../harness/binary.ts';

const role = '/latest/meta-data/iam/security-credentials/';

/** The answers that the AWS SDK asks for: a session token, the name of the role, its keys. */
async function startMetadataService(keys: { readonly id: string; readonly secret: string }) {
  const answers: Readonly<Record<string, string>> = {
    'PUT /latest/api/token': 'session',
    [`GET ${role}`]: 'trusted-access-operator',
    [`GET ${role}trusted-access-operator`]: JSON.stringify({
      Code: 'Success',
      AccessKeyId: keys.id,
      SecretAccessKey: keys.secret,
      Token: '',
      Expiration: '2999-01-01T00:00:00Z',
    }),
  };
  const server = createServer(({ method, url }, response) => {
    const answer = answers[`${method} ${url}`];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('The built executable takes its credentials from the instance metadata service', async () => {
  await using aws = await openAws();
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...environment } = aws.environment;
  await using metadata = await startMetadataService({ id, secret });
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-metadata-'));
  await writeFile(join(folder, 'sso.yaml'), manifest());
  const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
  const { code, stdout, stderr } = await runToEnd(['run', '--once', '--manifests', folder, ...off], {
    ...environment,
    AWS_EC2_METADATA_DISABLED: 'false',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
  });
  await rm(folder, { recursive: true });
  expect(code, stdout + stderr).toBe(0);
  expect(aws.isEnabled()).toBe(true);
});

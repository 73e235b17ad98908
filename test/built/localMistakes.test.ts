/** Mistakes on this side of AWS, as the built executable tells them: the setting, and what to do. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../harness/binary.ts';

const manifest =
  'apiVersion: trustedaccess.dev/v1alpha1\nkind: TrustedAccess\nmetadata: { name: sso }\nspec: {}\n';
const role = 'arn:aws:iam::111111111111:role/operator';
const profiles = `
[profile corp]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = admin
[sso-session corp]
sso_start_url = https://corp.example.com/start
sso_region = eu-west-1
[profile helper]
credential_process = sh -c 'echo the vault is sealed >&2; exit 3' SECRETARGUMENT
[profile chained]
role_arn = ${role}
source_profile = elsewhere
[profile empty]
region = us-east-1
`;

let folder: string;
let server: Server;
let endpoint: string;
/** What the endpoint answers every request with. */
let answer: { code: string; message: string; minutesAhead: number };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-mistakes-'));
  await writeFile(join(folder, 'sso.yaml'), manifest);
  await writeFile(join(folder, 'config'), profiles);
  await writeFile(join(folder, 'token'), 'a.b.c');
  await writeFile(join(folder, 'rubbish.pem'), 'no certificate');
  server = createServer((request, response) => {
    const { code, message, minutesAhead } = answer;
    response.setHeader('date', new Date(Date.now() + minutesAhead * 60_000).toUTCString());
    const json = request.headers['x-amz-target'] !== undefined;
    response.statusCode = json ? 400 : 403;
    response.setHeader('content-type', json ? 'application/x-amz-json-1.1' : 'text/xml');
    response.end(
      json
        ? JSON.stringify({ __type: code, message })
        : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  endpoint = `http://127.0.0.1:${address.port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

interface Mistake {
  readonly environment: () => NodeJS.ProcessEnv;
  readonly reason: 'CredentialsUnusable' | 'ObservationFailed';
  /** What the message must say: the setting and the remedy. */
  readonly says: readonly string[];
  readonly answer?: typeof answer;
}

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' };
const withConfig = (profile: string) => () => ({
  AWS_CONFIG_FILE: join(folder, 'config'),
  AWS_PROFILE: profile,
  AWS_REGION: 'us-east-1',
});
const withKeys = (more: NodeJS.ProcessEnv) => () => ({ ...keys, ...more });
const refusing = (code: string, message: string, minutesAhead = 0) => ({ code, message, minutesAhead });
const webIdentity = (file: string) => ({
  AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, file),
  AWS_ROLE_ARN: role,
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: endpoint,
});

const credentialMistakes: Readonly<Record<string, Omit<Mistake, 'reason'>>> = {
  'no credentials': {
    environment: () => ({ AWS_REGION: 'us-east-1' }),
    says: ['no usable credentials', 'Set AWS_PROFILE'],
  },
  'a mistyped profile': {
    environment: withConfig('hepler'),
    says: ['AWS_PROFILE names profile hepler', 'Did you mean helper?'],
  },
  'a profile that resembles none': {
    environment: withConfig('production'),
    says: ['AWS_PROFILE names profile production', 'Correct AWS_PROFILE'],
  },
  'an SSO session that has expired': {
    environment: withConfig('corp'),
    says: ['SSO session of profile corp', 'aws sso login --profile corp'],
  },
  'a credential_process that fails': {
    environment: withConfig('helper'),
    says: ['credential_process of profile helper failed', 'the vault is sealed'],
  },
  'a source_profile that does not exist': {
    environment: withConfig('chained'),
    says: ['Profile chained builds on profile elsewhere'],
  },
  'a profile without credentials': {
    environment: withConfig('empty'),
    says: ['Profile empty holds no usable credentials', 'aws configure --profile empty'],
  },
  'a token file that does not exist': {
    environment: () => webIdentity('nothing'),
    says: ['AWS_WEB_IDENTITY_TOKEN_FILE names', 'nothing, which does not exist', 'mount the token'],
  },
  'a token file that is a folder': {
    environment: () => webIdentity('.'),
    says: ['AWS_WEB_IDENTITY_TOKEN_FILE names', 'cannot be read (EISDIR)'],
  },
  'a role that refuses the token': {
    environment: () => webIdentity('token'),
    answer: refusing('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    says: ['sts:AssumeRoleWithWebIdentity gave no credentials', `role ${role} trusts the issuer`],
  },
  'a key that ends in a line break': {
    environment: withKeys({ AWS_SECRET_ACCESS_KEY: 'secret\n' }),
    says: ['AWS_SECRET_ACCESS_KEY ends in a line break', 'Remove it'],
  },
  'one key without the other': {
    environment: () => ({ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_REGION: 'us-east-1' }),
    says: ['AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not'],
  },
  'a token that has expired': {
    environment: () => ({ ...keys, AWS_ENDPOINT_URL: endpoint }),
    answer: refusing('ExpiredToken', 'The security token included in the request is expired'),
    says: ['has expired', 'Set current values of AWS_ACCESS_KEY_ID'],
  },
  'a clock that is off': {
    environment: () => ({ ...keys, AWS_ENDPOINT_URL: endpoint }),
    answer: refusing('SignatureDoesNotMatch', 'Signature expired', 42),
    says: ['42 minutes behind', 'Synchronize it with NTP'],
  },
};

const settingMistakes: Readonly<Record<string, Omit<Mistake, 'reason'>>> = {
  'a region that ends in a space': {
    environment: withKeys({ AWS_REGION: 'eu-west-1 ' }),
    says: ['AWS_REGION ends in a space', 'Remove it'],
  },
  'a region that is none': {
    environment: withKeys({ AWS_REGION: 'Europe (Ireland)' }),
    says: ['AWS_REGION is "Europe (Ireland)"', 'us-east-1'],
  },
  'an endpoint without scheme': {
    environment: withKeys({ AWS_ENDPOINT_URL: 'localhost:4566' }),
    says: ['AWS_ENDPOINT_URL is "localhost:4566", which has no scheme'],
  },
  'a CA bundle without certificates': {
    environment: () => ({ ...keys, AWS_CA_BUNDLE: join(folder, 'rubbish.pem') }),
    says: ['AWS_CA_BUNDLE names', 'rubbish.pem, which holds no PEM certificate'],
  },
};

const mistakes: readonly (readonly [string, Mistake])[] = [
  ...Object.entries(credentialMistakes).map(
    ([title, mistake]) => [title, { ...mistake, reason: 'CredentialsUnusable' }] as const,
  ),
  ...Object.entries(settingMistakes).map(
    ([title, mistake]) => [title, { ...mistake, reason: 'ObservationFailed' }] as const,
  ),
];

describe('The built executable names the mistake and the remedy', () => {
  it.each(mistakes)('names %s', async (_title, { environment, reason, says, ...mistake }) => {
    answer = mistake.answer ?? refusing('InternalFailure', 'no answer is expected');
    const [plan, imported, examined] = await Promise.all([
      runToEnd(['plan', '--json', '-f', join(folder, 'sso.yaml')], environment()),
      runToEnd(['import'], environment()),
      runToEnd(['doctor', '--no-cluster', '--json'], environment()),
    ]);
    expect([plan.code, imported.code, examined.code]).toEqual([1, 1, 1]);
    const { resources } = JSON.parse(plan.stdout) as { resources: { stop: Record<string, unknown> }[] };
    const stop = resources[0]?.stop;
    // No `action`: no permission is missing.
    expect(stop).toEqual({ reason, message: expect.any(String), passing: false });
    const { checks } = JSON.parse(examined.stdout) as {
      checks: { name: string; status: string; found: string; remedy: string[] }[];
    };
    const check = checks.find(({ name }) => name === 'credentials');
    expect(check?.status).toBe('failed');
    const reported = `${check?.found} → ${check?.remedy.join(' ')}`;
    for (const text of [String(stop?.['message']), imported.stderr, reported])
      for (const each of says) expect(text).toContain(each);
    const whole = [plan.stdout, imported.stderr, examined.stdout].join('\n');
    expect(whole).not.toMatch(/missing permission|is not permitted|grant sts:/i);
    expect(whole).not.toContain('SECRETARGUMENT');
  });

  it('names them in the comment on a pull request, without a word about permissions', async () => {
    const args = ['plan', '--markdown', '-f', join(folder, 'sso.yaml')];
    const { stdout } = await runToEnd(args, withConfig('corp')());
    expect(stdout).toContain('`CredentialsUnusable`');
    expect(stdout).toContain('aws sso login --profile corp');
    expect(stdout).not.toMatch(/permission|may pass by itself/);
  });

  it('names a token that the user cannot read', async () => {
    const file = join(folder, 'locked');
    await writeFile(file, 'a.b.c');
    await chmod(file, 0o000);
    const { stdout } = await runToEnd(['plan', '-f', join(folder, 'sso.yaml')], webIdentity('locked'));
    // Root reads every file, and AWS refuses the token.
    expect(stdout).toMatch(
      process.getuid?.() === 0 ? /sts:AssumeRoleWithWebIdentity/ : /locked, which cannot be read \(EACCES\)/,
    );
  });

  it('when STS cannot be reached, as the call of the credentials that failed, which may pass', async () => {
    const environment = { ...webIdentity('token'), AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const { stdout } = await runToEnd(['plan', '-f', join(folder, 'sso.yaml')], environment);
    expect(stdout).toContain(
      'sts:AssumeRoleWithWebIdentity failed: no usable answer (ECONNREFUSED 127.0.0.1:1)',
    );
    expect(stdout).toContain('this failure may be temporary; try again');
  });
});

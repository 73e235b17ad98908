/** Everything outside that the executable waits for, each as settings under which it never answers. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { management, manifest } from '../cluster/fixture.ts';
import { startSilence } from '../harness/silence.ts';
import { openAwsWithEvents } from './awsWithEvents.ts';

const region = 'us-east-1';
const profile = { AWS_PROFILE: 'hanging' };
/** Without these the simulated AWS's own keys would come first. */
const noKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

interface Place {
  readonly folder: string;
  readonly url: string;
  /** A program that never ends, and leaves a file behind when it was started. */
  readonly program: string;
}

export interface Hanging {
  readonly environment: NodeJS.ProcessEnv;
  /** Content of the shared configuration file. */
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly spec?: string;
}

const service = (variable: string) => (place: Place) => ({
  environment: { [`AWS_ENDPOINT_URL_${variable}`]: place.url },
});

/** Name of the thing that hangs, by what makes it hang. Each package `@aws-sdk/client-*` has its row. */
export const services = {
  '@aws-sdk/client-organizations': service('ORGANIZATIONS'),
  '@aws-sdk/client-sts': service('STS'),
  '@aws-sdk/client-account': service('ACCOUNT'),
  '@aws-sdk/client-iam': service('IAM'),
  '@aws-sdk/client-sso-admin': service('SSO_ADMIN'),
  '@aws-sdk/client-cloudtrail': service('CLOUDTRAIL'),
  '@aws-sdk/client-eventbridge': service('EVENTBRIDGE'),
  '@aws-sdk/client-sqs': service('SQS'),
} satisfies Record<string, (place: Place) => Hanging>;

export const credentials = {
  'sts:AssumeRoleWithWebIdentity': ({ folder, url }: Place) => ({
    environment: {
      ...noKeys,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ROLE_ARN: `arn:aws:iam::${management}:role/operator`,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
    },
  }),
  'sts:AssumeRole of a profile': ({ url }: Place) => ({
    environment: { ...noKeys, ...profile, AWS_ENDPOINT_URL_STS: url },
    config: `[profile hanging]\nrole_arn = arn:aws:iam::${management}:role/operator\nsource_profile = keys\n[profile keys]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n`,
  }),
  'sso:GetRoleCredentials': ({ url }: Place) => ({
    environment: { ...noKeys, ...profile, AWS_ENDPOINT_URL_SSO: url },
    config: `[profile hanging]\nsso_session = main\nsso_account_id = ${management}\nsso_role_name = Administrator\n[sso-session main]\nsso_region = ${region}\nsso_start_url = https://example.awsapps.com/start\n`,
  }),
  credential_process: ({ program }: Place) => ({
    environment: { ...noKeys, ...profile },
    config: `[profile hanging]\ncredential_process = ${program}\n`,
  }),
  'container credentials endpoint': ({ url }: Place) => ({
    environment: { ...noKeys, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials` },
  }),
  'EC2 instance metadata': ({ url }: Place) => ({
    environment: {
      ...noKeys,
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    },
  }),
  'sts:AssumeRole of a resource': ({ url }: Place) => ({
    environment: {
      AWS_ENDPOINT_URL_STS: url,
      TRUSTED_ACCESS_ROLE_ARN: `arn:aws:iam::${management}:role/operator`,
    },
    spec: `organization: { roleArn: "arn:aws:iam::${management}:role/operator" }`,
  }),
} satisfies Record<string, (place: Place) => Hanging>;

const kubeconfig = (server: string, user: string) => `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "${server}" } }]
users: [{ name: u, user: ${user} }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;

export const clusters = {
  'the Kubernetes API': ({ url }: Place) => ({
    environment: {},
    kubeconfig: kubeconfig(url, '{ token: t }'),
  }),
  'the exec plug-in of a kubeconfig': ({ url, program }: Place) => ({
    environment: {},
    kubeconfig: kubeconfig(
      url,
      `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: "${program}", interactiveMode: Never } }`,
    ),
  }),
} satisfies Record<string, (place: Place) => Hanging>;

/** Files, a simulated AWS and a silent listener; `env` makes the executable wait. */
export async function openHanging(make: (place: Place) => Hanging) {
  const aws = await openAwsWithEvents();
  aws.outsider('EnableAWSServiceAccess');
  const silence = await startSilence();
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-hanging-'));
  const at = (...names: string[]) => join(folder, ...names);
  await writeFile(at('program'), `#!/bin/sh\n: > "${at('started')}"\nexec sleep 600\n`, { mode: 0o755 });
  await writeFile(at('token'), 'a.b.c');
  const cache = at('.aws', 'sso', 'cache');
  await mkdir(cache, { recursive: true });
  const key = createHash('sha1').update('main').digest('hex');
  const token = { accessToken: 'token', expiresAt: '2099-01-01T00:00:00Z', startUrl: 'https://example' };
  await writeFile(join(cache, `${key}.json`), JSON.stringify(token));
  const hanging = make({ folder, url: silence.url, program: at('program') });
  await writeFile(at('config'), hanging.config ?? '');
  await writeFile(at('kubeconfig'), hanging.kubeconfig ?? '');
  await mkdir(at('manifests'));
  await writeFile(at('manifests', 'sso.yaml'), manifest({ spec: hanging.spec ?? '' }));
  return {
    aws,
    silence,
    manifests: at('manifests'),
    statusDirectory: at('status'),
    environment: {
      ...aws.environment,
      HOME: folder,
      AWS_CONFIG_FILE: at('config'),
      ...(hanging.kubeconfig !== undefined && { KUBECONFIG: at('kubeconfig') }),
      ...hanging.environment,
    },
    /** Whether the executable waits for what never answers. */
    reached: () => silence.accepted() > 0 || existsSync(at('started')),
    async [Symbol.asyncDispose]() {
      await silence[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

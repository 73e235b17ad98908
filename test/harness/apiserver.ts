import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from './childProcess.ts';
import { eventually, Hopeless } from './eventually.ts';
import { freePort } from './freePorts.ts';
import { toolPath } from './program.ts';

/** A user the API server knows by a token of its own. Binding it to roles is the test's business. */
export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
}

export interface ApiserverOptions {
  readonly users?: readonly User[];
  /** Further flags, put last, so they win. */
  readonly flags?: readonly string[];
}

export interface Apiserver {
  readonly url: string;
  readonly certificateAuthority: string;
  readonly tokens: ReadonlyMap<string, string>;
  /** For SIGSTOP, SIGCONT and SIGKILL. After the last, `start`. */
  signal(signal: NodeJS.Signals): void;
  /** Not answering at all from here on, until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const admin: User = { name: 'admin', groups: ['system:masters'] };

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file */
const writeTokens = async (path: string, users: readonly User[]): Promise<Map<string, string>> => {
  const tokens = new Map(users.map(({ name }) => [name, randomBytes(16).toString('hex')]));
  const lines = users.map(
    ({ name, groups = [] }) => `${tokens.get(name)},${name},${name},"${groups.join(',')}"`,
  );
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return tokens;
};

const writeServiceAccountKeys = async (folder: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  await writeFile(join(folder, 'sa.key'), privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'sa.pub'), publicKey);
};

/** As envtest starts it, but with RBAC in force: what the operator may do in a test is what its own role allows. */
const flags = (folder: string, port: number, etcdUrl: string): string[] => [
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, 'certs')}`,
  `--etcd-servers=${etcdUrl}`,
  '--authorization-mode=RBAC',
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${join(folder, 'sa.pub')}`,
  `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
  '--service-cluster-ip-range=10.0.0.0/24',
  '--allow-privileged=true',
  // No controller makes the default service account here, so the check for it would refuse everything.
  '--disable-admission-plugins=ServiceAccount',
  '--endpoint-reconciler-type=none',
];

const isReady = (url: string, token: string): Promise<void> =>
  new Promise((resolve, reject) => {
    // The certificate does not exist before the first answer, so this one question is asked without it.
    const options = { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` } };
    const asked = request(`${url}/readyz`, options, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`readyz: ${answer.statusCode} ${body}`)),
      );
    });
    asked.once('error', reject);
    asked.setTimeout(5_000, () => asked.destroy(new Error('readyz did not answer')));
    asked.end();
  });

/** Starts kube-apiserver on a free port and waits for /readyz. Its files are kept under `folder`. */
export const startApiserver = async (
  folder: string,
  etcdUrl: string,
  options: ApiserverOptions = {},
): Promise<Apiserver> => {
  const binary = await toolPath('kubernetes');
  const tokens = await writeTokens(join(folder, 'tokens.csv'), [admin, ...(options.users ?? [])]);
  await writeServiceAccountKeys(folder);
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  let running: RunningProcess | undefined;
  const start = async () => {
    await running?.exited;
    const server = await startProcess(binary, [...flags(folder, port, etcdUrl), ...(options.flags ?? [])]);
    running = server;
    const ready = () => {
      if (server.exit() !== undefined)
        throw new Hopeless(`kube-apiserver ended: ${server.output().slice(-2_000)}`);
      return isReady(url, tokens.get(admin.name) ?? '');
    };
    try {
      await eventually(ready, { timeoutMs: 60_000, everyMs: 50, what: 'kube-apiserver' });
    } catch (error) {
      await server.stop(0);
      throw error;
    }
  };
  await start();
  const certificateAuthority = await readFile(join(folder, 'certs', 'apiserver.crt'), 'utf8');
  return {
    url,
    certificateAuthority,
    tokens,
    start,
    signal: (signal) => running?.signal(signal),
    stop: async () => void (await running?.stop(2_000)),
  };
};

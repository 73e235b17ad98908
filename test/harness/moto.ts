import { join } from 'node:path';
import { startProcess } from './childProcess.ts';
import { eventually, Hopeless } from './eventually.ts';
import { toolPath } from './program.ts';

const launcher = join(import.meta.dirname, '..', 'tools', 'moto', 'serve.py');

export interface Moto extends AsyncDisposable {
  readonly url: string;
  /** Back to an empty AWS. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export const resetMoto = async (url: string): Promise<void> => {
  const response = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
  if (!response.ok) throw new Error(`moto reset: ${response.status}`);
};

/** Starts moto on a free loopback port, with sso.amazonaws.com among the services it lets delegate. */
export const startMoto = async (): Promise<Moto> => {
  const python = await toolPath('moto');
  const server = await startProcess(python, [launcher]);
  const url = await eventually(
    () => {
      const found = /^http:\S+$/m.exec(server.output())?.[0];
      if (server.exit() !== undefined) throw new Hopeless(`moto ended: ${server.output().slice(-2_000)}`);
      if (found === undefined) throw new Error(`moto said: ${server.output().slice(-2_000)}`);
      return found;
    },
    { timeoutMs: 60_000, everyMs: 20, what: 'moto' },
  ).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const stop = async () => void (await server.stop());
  return { url, reset: () => resetMoto(url), stop, [Symbol.asyncDispose]: stop };
};

/** What an AWS SDK or the operator needs in its environment to talk to an AWS at `url` and to nothing else. */
export const awsEnvironment = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

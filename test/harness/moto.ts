import { join } from 'node:path';
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
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

/** A trail that records management events: without one, no API call becomes an event. */
export const makeTrail = async (url: string): Promise<void> => {
  await fetch(`${url}/trail-bucket`, {
    method: 'PUT',
    headers: {
      host: 's3.amazonaws.com',
      authorization: 'AWS4-HMAC-SHA256 Credential=t/20260101/us-east-1/s3/aws4_request',
    },
  });
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  const cloudTrail = new CloudTrailClient({ endpoint: url, region: 'us-east-1', credentials });
  const Name = 'management-events';
  const input = { Name, S3BucketName: 'trail-bucket', IsMultiRegionTrail: true };
  await cloudTrail.send(new CreateTrailCommand(input));
  await cloudTrail.send(new StartLoggingCommand({ Name }));
  // AWS gives a new trail this selector; moto gives it none.
  const EventSelectors = [{ ReadWriteType: 'All' as const, IncludeManagementEvents: true }];
  await cloudTrail.send(new PutEventSelectorsCommand({ TrailName: Name, EventSelectors }));
  cloudTrail.destroy();
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

import { afterEach, beforeEach, vi } from 'vitest';
import type { CallReport } from '../../src/aws/call.ts';
import { type AwsCloud, type CloudOptions, createCloud } from '../../src/aws/cloud.ts';
import { CloudError, type ReadOptions } from '../../src/controller/ports.ts';
import { realClock } from './clocks.ts';
import { identity, isolateFromMachine, type Loopback, type Script, startLoopback } from './loopback.ts';

export const sso = 'sso.amazonaws.com';
export const management = '111111111111';
export const role = `arn:aws:iam::${management}:role/operator`;
export const found = {
  Organization: {
    Id: 'o-abcdefghij',
    MasterAccountId: management,
    Arn: `arn:aws:organizations::${management}:organization/o-abcdefghij`,
    FeatureSet: 'ALL',
  },
};

/** What was told since `start`. */
export let calls: CallReport[] = [];
export let requestIds: string[] = [];

let server: Loopback | undefined;
let cloud: AwsCloud | undefined;

/** Each test gets a machine without credentials, and its server and cloud closed behind it. */
export function tidyUp(): void {
  beforeEach(isolateFromMachine);
  afterEach(async () => {
    cloud?.close();
    await server?.stop();
    vi.unstubAllEnvs();
  });
}

/** A scripted AWS, and a cloud that knows no other. */
export async function start(script: Script, options: Partial<CloudOptions> = {}): Promise<Loopback> {
  calls = [];
  requestIds = [];
  server = await startLoopback({ GetCallerIdentity: () => identity(management), ...script });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  cloud = createCloud({
    clock: realClock,
    random: () => 0.5,
    userAgent: { name: 'trusted-access-operator', version: '1.2.3' },
    onCall: (call) => calls.push(call),
    onRequestId: (id) => requestIds.push(id),
    ...options,
  });
  return server;
}

export function opened(target?: Parameters<AwsCloud['open']>[0]) {
  if (!cloud) throw new Error('not started');
  return cloud.open(target);
}

export function close(): void {
  cloud?.close();
}

export const fresh = (): ReadOptions => ({ notBefore: Date.now(), signal: new AbortController().signal });
export const forever = new AbortController().signal;

export async function refusal(promise: Promise<unknown>): Promise<CloudError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CloudError)) throw new Error(`not a CloudError: ${String(error)}`);
  return error;
}

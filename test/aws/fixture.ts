import { afterEach, beforeEach, vi } from 'vitest';
import { iamUser } from '../../sandbox/aws/callers.ts';
import type { Statement } from '../../sandbox/aws/identity.ts';
import { addAccount, addOrganization, issueKeys, putRole, putUser } from '../../sandbox/aws/seed.ts';
import type { Settings } from '../../sandbox/aws/settings.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import type { CallReport } from '../../src/aws/call.ts';
import { type AwsCloud, createCloud } from '../../src/aws/cloud.ts';
import { fastClock } from './clocks.ts';
import { isolateFromMachine } from './loopback.ts';

const hub = '000000000001';
export const management = '111111111111';
export const alpha = '222222222222';
export const beta = '333333333333';
const speed = 20;
const forever = new AbortController().signal;

let aws: SimulatedAws | undefined;
let cloud: AwsCloud | undefined;

/** Each test gets a machine without credentials, and its AWS and cloud closed behind it. */
export function tidyUp(): void {
  beforeEach(isolateFromMachine);
  afterEach(async () => {
    cloud?.close();
    await aws?.stop();
    vi.unstubAllEnvs();
  });
}

interface Staged {
  readonly settings?: Partial<Settings>;
  readonly statements?: readonly Statement[];
  readonly features?: 'ALL' | 'CONSOLIDATED_BILLING';
}

/** An operator in a hub account that assumes a role in the management account, by external id. */
export async function fixture({ settings, statements, features }: Staged = {}) {
  // Both sides live in fast days: pacing takes as long as documented, and no test waits for it.
  const clock = fastClock(speed);
  const simulated = createSimulatedAws({ clock, settings: settings ?? {} });
  aws = simulated;
  const { world } = simulated;
  addOrganization(world, {
    managementAccountId: management,
    members: [alpha, beta],
    ...(features && { features }),
  });
  addAccount(world, { id: hub });
  const keys = issueKeys(world, iamUser(hub, putUser(world, hub, 'operator')));
  const role = putRole(world, management, {
    name: 'trusted-access-operator',
    trust: [{ principals: [hub], externalId: 'agreed' }],
    ...(statements && { statements }),
  });
  vi.stubEnv('AWS_ENDPOINT_URL', await simulated.start());
  vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', keys.secretAccessKey);
  const calls: CallReport[] = [];
  const requestIds: string[] = [];
  const connected = createCloud({
    clock,
    random: Math.random,
    userAgent: { name: 'trusted-access-operator', version: '1.2.3' },
    onCall: (call) => calls.push(call),
    onRequestId: (id) => requestIds.push(id),
    limits: { callMilliseconds: 20_000 * speed },
  });
  cloud = connected;
  const organizations = connected.open({ roleArn: role.arn, externalId: 'agreed' });
  return {
    clock,
    simulated,
    world,
    role,
    calls,
    requestIds,
    connected,
    organizations,
    read: () => ({ notBefore: clock.now(), signal: forever }),
  };
}

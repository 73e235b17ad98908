import { vi } from 'vitest';
import { iamUser } from '../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { allowEverything, type Caller, type Statement } from '../../sandbox/aws/identity.ts';
import { addIdentityCenter, addOrganization, issueKeys, putUser } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export const management = '111111111111';
export const member = '222222222222';

export { systemClock as clock } from '../../src/cli/systemClock.ts';

export interface FakeTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly questions: string[];
}

/** `answer`: what the person at the terminal says; absent: nobody sits there. */
export function fakeTerminal(answer?: boolean): FakeTerminal {
  const lines: { out: string[]; err: string[] } = { out: [], err: [] };
  const questions: string[] = [];
  return {
    out: (text) => void lines.out.push(text),
    err: (text) => void lines.err.push(text),
    paint: (_how, text) => text,
    interactive: answer !== undefined,
    async confirm(question) {
      questions.push(question);
      return answer === true;
    },
    stdout: () => lines.out.join('\n'),
    stderr: () => lines.err.join('\n'),
    questions,
  };
}

export interface Fixture {
  readonly aws: SimulatedAws;
  readonly half: EventHalf;
  /** From now on the process's credentials are those of such a user. */
  signIn(wanted?: { readonly accountId?: string; readonly statements?: readonly Statement[] }): Caller;
  signOut(): void;
  stop(): Promise<void>;
}

export interface FixtureWanted {
  readonly organization?: 'ALL' | 'CONSOLIDATED_BILLING' | 'None';
  readonly trail?: boolean;
}

/** An organization with Identity Center on a simulated AWS, and this process's environment pointing at it. */
export async function setFixture({
  organization = 'ALL',
  trail = true,
}: FixtureWanted = {}): Promise<Fixture> {
  const aws = createSimulatedAws({ settings: { throttles: 'off' } });
  const { world } = aws;
  const half = addEventHalf(aws);
  half.cloudTrail.settings.fate = () => [0];
  const features = organization === 'None' ? 'ALL' : organization;
  addOrganization(world, {
    id: 'o-exampleorgid',
    managementAccountId: management,
    members: [member],
    features,
  });
  addIdentityCenter(world, { ownerAccountId: management, region: 'eu-west-1', permissionSets: 3 });
  if (trail) half.cloudTrail.put({ name: 'management-events', account: management });
  for (const name of Object.keys(process.env)) {
    if (/^(AWS_|KUBE|POD_|TRUSTED_ACCESS_)/.test(name)) vi.stubEnv(name, undefined);
  }
  const url = await aws.start();
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('HOME', '/nonexistent');
  const fixture: Fixture = {
    aws,
    half,
    signIn({ accountId = management, statements = allowEverything } = {}) {
      const caller = iamUser(accountId, putUser(world, accountId, 'operator', statements));
      const keys = issueKeys(world, caller);
      vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', keys.secretAccessKey);
      return caller;
    },
    signOut() {
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    },
    async stop() {
      half.close();
      await aws.stop();
      vi.unstubAllEnvs();
    },
  };
  fixture.signIn();
  return fixture;
}

import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloud } from '../../src/aws/cloud.ts';
import { systemClock } from '../../src/cli/systemClock.ts';
import { userAgent } from '../../src/cli/version.ts';
import { awsInfrastructure } from '../../src/infrastructure/clients.ts';
import { observeInfrastructure } from '../../src/infrastructure/infrastructure.ts';
import { defaultName, infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import { applySteps } from '../../src/infrastructure/provision.ts';
import { roleSession } from '../aws/callers.ts';
import { addEventHalf } from '../aws/events/eventHalf.ts';
import { accountOf, addIdentityCenter, addOrganization, issueKeys, putRole } from '../aws/seed.ts';
import { type Actor, createSimulatedAws, type SimulatedAws } from '../aws/simulatedAws.ts';

export const accounts = {
  management: '111111111111',
  identity: '222222222222',
  security: '333333333333',
  workloads: '444444444444',
} as const;

/** Name of the rule that `setup` makes. */
export const eventRule = defaultName;

const busPlace = { partition: 'aws', account: accounts.management, region: 'us-east-1' };

export interface Scenario {
  readonly aws: SimulatedAws;
  readonly url: string;
  readonly organizationId: string;
  /** Administrators of the management account who do not know that somebody declared all this. */
  readonly alice: Actor;
  readonly bob: Actor;
  /** The queue that hears of changes. */
  readonly queueUrl: string;
  /** Whether the event rule puts what happens into the queue. */
  eventsReach(): boolean;
  stop(): Promise<void>;
}

/** An organization with Identity Center in use, the operator's role, and two people with too many permissions. */
export async function openScenario(): Promise<Scenario> {
  const aws = createSimulatedAws({ seed: 7 });
  const { world } = aws;
  const { id } = addOrganization(world, {
    id: 'o-sandbox0001',
    managementAccountId: accounts.management,
    members: [accounts.identity, accounts.security, accounts.workloads],
  });
  for (const [name, accountId] of Object.entries(accounts)) {
    Object.assign(accountOf(world, accountId), { name });
  }
  addIdentityCenter(world, { ownerAccountId: accounts.management, region: 'eu-west-1', permissionSets: 12 });
  const role = putRole(world, accounts.management, { name: 'trusted-access-operator' });
  const operator = roleSession(world, accounts.management, role, { sessionName: 'sandbox' });
  const keys = issueKeys(world, operator, 'ASIASANDBOXOPERATOR0');
  const events = addEventHalf(aws);
  const { buses } = events;
  events.cloudTrail.put({ name: 'management-events', account: accounts.management });
  // AWS takes from half a second to some seconds; the timeline is to be followed by eye.
  events.cloudTrail.settings.fate = () => [400];
  const url = await aws.start();
  pointAt(url, keys);
  return {
    aws,
    url,
    organizationId: id,
    alice: outsider(aws, 'alice'),
    bob: outsider(aws, 'bob'),
    queueUrl: await provisionInfrastructure(),
    eventsReach: () => buses.rule(buses.find(busPlace), eventRule).state !== 'DISABLED',
    async stop() {
      events.close();
      await aws.stop();
    },
  };
}

/** What `setup` does on a real AWS, by the same code. */
async function provisionInfrastructure(): Promise<string> {
  const cloud = createCloud({ clock: systemClock, random: Math.random, userAgent });
  const infrastructureSpec = infrastructureSpecOf({ accountId: accounts.management, region: 'us-east-1' });
  const api = awsInfrastructure(infrastructureSpec.region, cloud.clientSettings);
  const { signal } = new AbortController();
  const { steps } = planSetup(
    infrastructureSpec,
    await observeInfrastructure(api, infrastructureSpec, signal),
  );
  await applySteps(api, steps, () => undefined, signal);
  cloud.close();
  return infrastructureSpec.queue.url;
}

/** Somebody signed in to the console through Identity Center. */
function outsider({ world, actAs }: SimulatedAws, name: string): Actor {
  const role = putRole(world, accounts.management, {
    name: 'AWSReservedSSO_AdministratorAccess_0123456789abcdef',
    path: '/aws-reserved/sso.amazonaws.com/',
  });
  const session = roleSession(world, accounts.management, role, {
    sessionName: `${name}@example.com`,
    sourceIp: '198.51.100.7',
    userAgent: 'Mozilla/5.0',
    fromConsole: true,
  });
  return actAs(session, 'us-east-1');
}

/** From here on this process cannot reach any other AWS than the simulated one. */
function pointAt(
  url: string,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
}

const manifests = {
  'sso.yaml': `# Edit this file while the sandbox runs, and watch it followed.
apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata:
  name: sso
spec:
  servicePrincipal: sso.amazonaws.com
  delegatedAdministrators: ["${accounts.identity}"]
  interval: 10s
`,
  'access-analyzer.yaml': `apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata:
  name: access-analyzer
spec:
  servicePrincipal: access-analyzer.amazonaws.com
  delegatedAdministrators: ["${accounts.security}"]
  interval: 10s
`,
};

export interface Folder {
  readonly directory: string;
  /** Made here, and removed at the end. */
  readonly own: boolean;
  /** Names of the resources it begins with, as far as they are known. */
  readonly resources: readonly string[];
}

/** The folder to declare in: the one named, filled when it has no manifest, or a new one. */
export async function openFolder(named: string | undefined): Promise<Folder> {
  const directory = named ?? (await mkdtemp(join(tmpdir(), 'trusted-access-sandbox-')));
  await mkdir(directory, { recursive: true });
  const present = (await readdir(directory)).some((file) => /\.(ya?ml|json)$/.test(file));
  if (!present) {
    for (const [file, text] of Object.entries(manifests)) await writeFile(join(directory, file), text);
  }
  return { directory, own: named === undefined, resources: present ? [] : ['sso', 'access-analyzer'] };
}

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roleSession } from '../../sandbox/aws/callers.ts';
import { allowEverything, type Statement } from '../../sandbox/aws/identity.ts';
import {
  addAccount,
  addIdentityCenter,
  addOrganization,
  issueKeys,
  putRole,
} from '../../sandbox/aws/seed.ts';
import { createSimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { runToEnd } from '../harness/binary.ts';

export const management = '111111111111';
export const [security, identity, audit] = ['222222222222', '333333333333', '444444444444'] as const;
export const sso = 'sso.amazonaws.com';

interface Policy {
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}

const policy = join(import.meta.dirname, '../../deploy/iam/policies/observe.json');

/** What the documented policy of a pipeline grants: nothing that changes anything. */
export const readOnly: readonly Statement[] = [
  {
    actions: (JSON.parse(readFileSync(policy, 'utf8')) as Policy).Statement.flatMap(({ Action }) => Action),
  },
];

interface Wanted {
  readonly statements?: readonly Statement[];
  readonly enabled?: readonly string[];
  readonly administrators?: Readonly<Record<string, readonly string[]>>;
  readonly permissionSets?: number;
  readonly securityName?: string;
}

/** An organization on a simulated AWS, a folder for manifests, and the built executable between the two. */
export async function openScenario(wanted: Wanted = {}) {
  const { statements = readOnly, enabled = [sso], administrators = {}, permissionSets = 3 } = wanted;
  const aws = createSimulatedAws({ settings: { throttles: 'off' } });
  const { world } = aws;
  const names = { [security]: wanted.securityName ?? 'security', [identity]: 'identity', [audit]: 'audit' };
  for (const [id, name] of Object.entries(names)) addAccount(world, { id, name });
  addOrganization(world, {
    id: 'o-exampleorgid',
    managementAccountId: management,
    members: [security, identity, audit],
  });
  addIdentityCenter(world, { ownerAccountId: management, region: 'eu-west-1', permissionSets });
  const session = (name: string, allowed: readonly Statement[]) =>
    roleSession(world, management, putRole(world, management, { name, statements: allowed }), {
      sessionName: `${name}-session`,
    });
  const founder = aws.actAs(session('founder', allowEverything), 'us-east-1');
  for (const ServicePrincipal of enabled)
    founder('organizations', 'EnableAWSServiceAccess', { ServicePrincipal });
  for (const [ServicePrincipal, accounts] of Object.entries(administrators)) {
    for (const AccountId of accounts) {
      founder('organizations', 'RegisterDelegatedAdministrator', { ServicePrincipal, AccountId });
    }
  }
  const keys = issueKeys(world, session('pipeline', statements));
  const url = await aws.start();
  aws.journal.clear();
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-plan-'));
  const environment = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  return {
    aws,
    founder,
    folder,
    environment,
    /** Of somebody in a member account, who is allowed everything there. */
    memberKeys: (account: string) =>
      issueKeys(
        world,
        roleSession(
          world,
          account,
          putRole(world, account, { name: 'member', statements: allowEverything }),
          {
            sessionName: 'member-session',
          },
        ),
      ),
    run: (args: readonly string[], env: NodeJS.ProcessEnv = {}) => runToEnd(args, { ...environment, ...env }),
    async write(file: string, text: string): Promise<string> {
      const path = join(folder, file);
      await writeFile(path, text);
      return path;
    },
    /** Names of the operations that AWS was asked to change something by. */
    writes: () => aws.journal.writes().map(({ operation }) => operation),
    async [Symbol.asyncDispose]() {
      await aws.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Scenario = Awaited<ReturnType<typeof openScenario>>;

/** A manifest; `spec` is flow YAML. */
export function manifest(spec = '', name = 'sso'): string {
  return `apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata:
  name: ${name}
spec: { ${spec} }
`;
}

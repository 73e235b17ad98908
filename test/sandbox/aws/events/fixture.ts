import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SQSClient } from '@aws-sdk/client-sqs';
import { iamUser, roleSession, type SessionDetails } from '../../../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../../../sandbox/aws/events/eventHalf.ts';
import type { Caller, Statement } from '../../../../sandbox/aws/identity.ts';
import { addOrganization, issueKeys, putRole, putUser } from '../../../../sandbox/aws/seed.ts';
import {
  createSimulatedAws,
  type SimulatedAws,
  type SimulatedAwsOptions,
} from '../../../../sandbox/aws/simulatedAws.ts';

export const management = '111111111111';
export const member = '222222222222';
export const region = 'us-east-1';

export interface Clients {
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  readonly cloudTrail: CloudTrailClient;
  readonly organizations: OrganizationsClient;
}

export interface Fixture {
  readonly aws: SimulatedAws;
  readonly events: EventHalf;
  /** Real clients of the management account's user, or of another caller. */
  clients(caller?: Caller): Clients;
  /** A session of an administrator's role: somebody other than the operator. */
  outsider(details?: Partial<SessionDetails>): Caller;
  user(name: string, statements?: readonly Statement[]): Caller;
  stop(): Promise<void>;
}

/** One organization, listening; with a trail unless `trail` is false. */
export async function setFixture(
  options: SimulatedAwsOptions & { readonly trail?: boolean } = {},
): Promise<Fixture> {
  const aws = createSimulatedAws({ settings: { throttles: 'off' }, ...options });
  const events = addEventHalf(aws);
  addOrganization(aws.world, { managementAccountId: management, members: [member] });
  if (options.trail !== false) events.cloudTrail.put({ account: management });
  const admin = putRole(aws.world, management, { name: 'Admin' });
  const endpoint = await aws.start();
  const user = (name: string, statements?: readonly Statement[]) =>
    iamUser(management, putUser(aws.world, management, name, statements));
  const opened: Clients[] = [];
  return {
    aws,
    events,
    user,
    clients(caller = user('operator')) {
      const { accessKeyId, secretAccessKey } = issueKeys(aws.world, caller);
      const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
      const clients = {
        sqs: new SQSClient(settings),
        events: new EventBridgeClient(settings),
        cloudTrail: new CloudTrailClient(settings),
        organizations: new OrganizationsClient(settings),
      };
      opened.push(clients);
      return clients;
    },
    outsider: (details = {}) =>
      roleSession(aws.world, management, admin, { sessionName: 'mallory', ...details }),
    async stop() {
      for (const clients of opened) for (const client of Object.values(clients)) client.destroy();
      events.close();
      await aws.stop();
    },
  };
}

import { AwsError } from '../../sandbox/aws/awsError.ts';
import { roleSession, rootUser } from '../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import type { Caller, Statement } from '../../sandbox/aws/identity.ts';
import { addIdentityCenter, addOrganization, putRole } from '../../sandbox/aws/seed.ts';
import { type Actor, createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { eventPatternJson } from '../../src/eventFormat/eventPattern.ts';
import {
  type InfrastructureSpec,
  infrastructureSpecOf,
} from '../../src/infrastructure/infrastructureSpec.ts';
import { policyWith } from '../../src/infrastructure/queuePolicy.ts';
import type { Time } from './time.ts';
import { fair, type NetworkFaults } from './wire.ts';

export const management = '111111111111';
export const members = ['222222222222', '333333333333', '444444444444'] as const;
export const region = 'us-east-1';

/** One organization of the simulated AWS, with the operator's role, the event plumbing and somebody who meddles. */
export interface SimulatedOrganization {
  readonly aws: SimulatedAws;
  readonly events: EventHalf;
  readonly infrastructureSpec: InfrastructureSpec;
  readonly networkFaults: NetworkFaults;
  /** Whom the operator's processes call as. */
  readonly operator: Caller;
  /** Somebody with every permission who knows nothing of the operator. */
  readonly outsider: Actor;
  readonly outsidersArn: string;
  /** A person with the operator's user agent, and another operator with its role. */
  readonly imitators: readonly [Caller, Caller];
  /** The root user of the management account. */
  readonly root: Actor;
  /** Replaces what the operator's role may do. */
  permit(statements: readonly Statement[]): void;
  /** Switches rule and trail on. */
  openChannel(): void;
  /** Regions whose Identity Center does not answer. */
  readonly closedRegions: ReadonlySet<string>;
  closeRegion(name: string): void;
  /** Since when the operator's role may not register (epoch milliseconds). */
  registering(): { readonly deniedSince: number | undefined };
}

export interface SimulatedOrganizationOptions {
  readonly time: Time;
  readonly seed: number;
  /** Permission sets of the Identity Center instance; undefined: there is none. */
  readonly permissionSets: number | undefined;
}

/** Actions without which the operator may not register. */
const denying = new Set(['organizations:*', 'organizations:RegisterDelegatedAdministrator']);

export const trailName = 'management-events';
const roleName = 'trusted-access-operator';

export function createSimulatedOrganization({
  time,
  seed,
  permissionSets,
}: SimulatedOrganizationOptions): SimulatedOrganization {
  const aws = createSimulatedAws({ clock: time, seed, journalLimit: 500 });
  const { world } = aws;
  addOrganization(world, { id: 'o-simulated0', managementAccountId: management, members });
  if (permissionSets !== undefined) {
    addIdentityCenter(world, { ownerAccountId: management, region: 'eu-west-1', permissionSets });
  }
  const role = putRole(world, management, { name: roleName });
  const accessKeyId = 'ASIASIMULATED0000000';
  const operator = { ...roleSession(world, management, role, { sessionName: 'simulated' }), accessKeyId };
  const meddler = roleSession(world, management, putRole(world, management, { name: 'Administrator' }), {
    sessionName: 'mallory@example.com',
    sourceIp: '203.0.113.9',
  });
  const another = {
    ...roleSession(world, management, role, { sessionName: 'second-operator' }),
    accessKeyId: 'ASIASIMULATED0000001',
  };
  const root = aws.actAs(rootUser(world, management), region);
  const events = addEventHalf(aws);
  events.cloudTrail.put({ name: trailName, account: management });
  const infrastructureSpec = infrastructureSpecOf({ accountId: management, region });
  provisionInfrastructure(root, infrastructureSpec);
  const closedRegions = new Set<string>();
  let deniedSince: number | undefined;
  return {
    aws,
    events,
    infrastructureSpec,
    networkFaults: fair(),
    operator,
    outsider: aws.actAs(meddler, region),
    outsidersArn: meddler.arn,
    imitators: [meddler, another],
    root,
    permit(statements) {
      putRole(world, management, { name: roleName, statements });
      const isDenied = statements.some(
        ({ effect, actions }) => effect === 'Deny' && actions.some((action) => denying.has(action)),
      );
      deniedSince = isDenied ? (deniedSince ?? time.now()) : undefined;
    },
    openChannel() {
      events.cloudTrail.put({ name: trailName, account: management });
      root('events', 'EnableRule', { Name: infrastructureSpec.rule.name });
    },
    closedRegions,
    closeRegion(name) {
      closedRegions.add(name);
      const error = new AwsError('InternalServerException', 'The region is not available.', { status: 500 });
      aws.faults.add({ service: 'sso', region: name, effect: { kind: 'Error', error } });
    },
    registering: () => ({ deniedSince }),
  };
}

/** The rule, its target and the queue, as setup makes them. */
export function provisionInfrastructure(root: Actor, { rule, queue }: InfrastructureSpec): void {
  const policy = policyWith(undefined, queue.arn, rule.arn) ?? '';
  root('sqs', 'CreateQueue', { QueueName: queue.name, Attributes: { Policy: policy } });
  root('events', 'PutRule', { Name: rule.name, EventPattern: eventPatternJson });
  root('events', 'PutTargets', { Rule: rule.name, Targets: [{ Id: rule.targetId, Arn: queue.arn }] });
}

import { type Blueprint, blueprintOf } from '../../src/events/blueprint.ts';
import { eventPatternJson } from '../../src/events/eventPattern.ts';
import { policyWith } from '../../src/events/queuePolicy.ts';
import { roleSession, rootUser } from '../../src/sandbox/callers.ts';
import { addEventHalf, type EventHalf } from '../../src/sandbox/events/eventHalf.ts';
import { addIdentityCenter, addOrganization, putRole } from '../../src/sandbox/founding.ts';
import type { Caller, Statement } from '../../src/sandbox/identity.ts';
import { type Actor, createSimulatedAws, type SimulatedAws } from '../../src/sandbox/simulatedAws.ts';
import type { Time } from './time.ts';
import { fair, type Weather } from './wire.ts';

export const management = '111111111111';
export const members = ['222222222222', '333333333333', '444444444444'] as const;
export const region = 'us-east-1';

/** One organization of the simulated AWS, with the operator's role, the event plumbing and somebody who meddles. */
export interface Amazon {
  readonly aws: SimulatedAws;
  readonly events: EventHalf;
  readonly blueprint: Blueprint;
  readonly weather: Weather;
  /** Whom the operator's processes call as. */
  readonly operator: Caller;
  /** Somebody with every permission who knows nothing of the operator. */
  readonly outsider: Actor;
  readonly outsidersArn: string;
  /** Replaces what the operator's role may do. */
  permit(statements: readonly Statement[]): void;
}

export interface AmazonOptions {
  readonly time: Time;
  readonly seed: number;
  /** Permission sets of the Identity Center instance; undefined: there is none. */
  readonly permissionSets: number | undefined;
}

const roleName = 'trusted-access-operator';

export function createAmazon({ time, seed, permissionSets }: AmazonOptions): Amazon {
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
  const events = addEventHalf(aws);
  events.cloudTrail.put({ name: 'management-events', account: management });
  const blueprint = blueprintOf({ accountId: management, region });
  layPlumbing(aws.actAs(rootUser(world, management), region), blueprint);
  return {
    aws,
    events,
    blueprint,
    weather: fair(),
    operator,
    outsider: aws.actAs(meddler, region),
    outsidersArn: meddler.arn,
    permit: (statements) => void putRole(world, management, { name: roleName, statements }),
  };
}

/** The rule, its target and the queue, as the blueprint has them. */
function layPlumbing(root: Actor, { rule, queue }: Blueprint): void {
  const policy = policyWith(undefined, queue.arn, rule.arn) ?? '';
  root('sqs', 'CreateQueue', { QueueName: queue.name, Attributes: { Policy: policy } });
  root('events', 'PutRule', { Name: rule.name, EventPattern: eventPatternJson });
  root('events', 'PutTargets', { Rule: rule.name, Targets: [{ Id: rule.targetId, Arn: queue.arn }] });
}

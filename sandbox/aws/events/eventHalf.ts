import { seededRandom } from '../random.ts';
import type { World } from '../world.ts';
import { type Buses, createBuses } from './bus.ts';
import { cloudTrailService, inFull, managementAccountOf } from './cloudTrailService.ts';
import { delivery } from './delivery.ts';
import { eventBridgeService } from './eventBridgeService.ts';
import { queueSettings } from './queueSettings.ts';
import { createQueues, type Queues } from './queues.ts';
import { queueService } from './sqsService.ts';
import { type CloudTrail, createCloudTrail, trailSettings } from './trail.ts';

/** What happens at the simulated AWS is written down, told to event buses, and put into queues. */
export interface EventHalf {
  readonly queues: Queues;
  readonly buses: Buses;
  readonly cloudTrail: CloudTrail;
  /** Answers everybody who waits for messages, and hears nothing more. */
  close(): void;
}

/**
 * Adds SQS, EventBridge and CloudTrail to the simulated AWS, and hears from now on what its services do.
 * There is no trail yet: nothing is told to event buses before `cloudTrail.put`.
 */
export function addEventHalf(aws: { readonly world: World; readonly url: string | undefined }): EventHalf {
  const { world } = aws;
  const { clock } = world;
  // Of its own, so that what happens here changes none of the ids that other services choose.
  const random = seededRandom(Math.floor(world.random() * 2 ** 32));
  const queues = createQueues({
    clock,
    random,
    settings: queueSettings(),
    address: () => aws.url ?? 'http://sqs.invalid',
  });
  const roleOf = (arn: string) =>
    world.state.accounts.get(arn.split(':')[4] ?? '')?.roles.get(arn.slice(arn.lastIndexOf('/') + 1));
  const buses: Buses = createBuses({ settings: {}, deliver: delivery(queues, () => buses, roleOf) });
  const cloudTrail = createCloudTrail({
    clock,
    random,
    buses,
    settings: trailSettings(),
    managementAccountOf: (account) => managementAccountOf(world, account),
    partitionOf: (account) => world.state.accounts.get(account)?.partition ?? 'aws',
  });
  const trailService = cloudTrailService(world, cloudTrail);
  world.add(queueService(world, queues));
  world.add(eventBridgeService(buses, random, world));
  world.add(trailService);
  world.services.set('cloudtrail in full', inFull(trailService));
  const stopIntake = world.records.subscribe((record) => void cloudTrail.write(record));
  return {
    queues,
    buses,
    cloudTrail,
    close() {
      stopIntake();
      queues.close();
    },
  };
}

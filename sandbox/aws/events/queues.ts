import type { Clock } from '../clock.ts';
import { type Random, randomUuid } from '../random.ts';
import { createQueue, type Queue } from './queue.ts';
import { changeAttributes, type QueueAttributes, standardAttributes } from './queueAttributes.ts';
import type { QueueSettings } from './queueSettings.ts';
import { invalidValue, queueDoesNotExist, sqsError } from './sqsErrors.ts';

export interface QueuePlace {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** All queues of the simulated AWS. Errors are SQS's own. */
export interface Queues {
  readonly settings: QueueSettings;
  create(place: QueuePlace, attributes?: QueueAttributes, tags?: Readonly<Record<string, string>>): Queue;
  /** @throws QueueDoesNotExist */
  get(account: string, region: string, name: string): Queue;
  byArn(arn: string): Queue | undefined;
  /** The region is not in a URL on loopback, so it is the caller's. @throws QueueDoesNotExist */
  byUrl(url: string, region: string): Queue;
  urlOf(queue: Queue): string;
  delete(queue: Queue): void;
  /** Answers everybody who waits. */
  close(): void;
}

export function createQueues(needs: {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: QueueSettings;
  /** What stands before account and name in a queue's URL. */
  address(): string;
}): Queues {
  const { clock, settings } = needs;
  const queues = new Map<string, Queue>();
  const deletedAt = new Map<string, number>();
  const byArn = (arn: string) => queues.get(arn);
  const queueNeeds = { clock, newId: () => randomUuid(needs.random), deadLetterQueue: byArn };
  const self: Queues = {
    settings,
    byArn,
    create(place, attributes = {}, tags = {}) {
      const arn = arnOf(place);
      const existing = queues.get(arn);
      if (existing) return existing.name === place.name ? sameQueue(existing, attributes) : existing;
      const initial = firstAttributes(place.name, attributes);
      const { recreateAfter } = settings;
      if (clock.now() - (deletedAt.get(arn) ?? Number.NEGATIVE_INFINITY) < recreateAfter) {
        throw sqsError(
          'QueueDeletedRecently',
          `You must wait ${recreateAfter / 1000} seconds after deleting a queue before you can create another with the same name.`,
        );
      }
      const { name, account, region } = place;
      const queue = createQueue({ name, account, region, arn }, initial, queueNeeds);
      for (const [key, value] of Object.entries(tags)) queue.tags.set(key, value);
      queues.set(arn, queue);
      return queue;
    },
    get(account, region, name) {
      const found = [...queues.values()].find(
        (queue) => queue.name === name && queue.account === account && queue.region === region,
      );
      if (found === undefined) throw queueDoesNotExist();
      return found;
    },
    byUrl(url, region) {
      const [account, name] = pathOf(url);
      return self.get(account, region, name);
    },
    urlOf: (queue) => `${needs.address()}/${queue.account}/${queue.name}`,
    delete(queue) {
      queue.close();
      queues.delete(queue.arn);
      deletedAt.set(queue.arn, clock.now());
    },
    close() {
      for (const queue of queues.values()) queue.close();
    },
  };
  return self;
}

function arnOf({ partition, account, region, name }: QueuePlace): string {
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}

/** Account and name from a queue's URL. @throws QueueDoesNotExist when there are none */
function pathOf(url: string): readonly [account: string, name: string] {
  const [, account, name] = /\/([^/]+)\/([^/]+)\/?$/.exec(url) ?? [];
  if (account === undefined || name === undefined) throw queueDoesNotExist();
  return [account, name];
}

function firstAttributes(name: string, attributes: QueueAttributes): QueueAttributes {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw invalidValue(
      'QueueName',
      name,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  return changeAttributes(standardAttributes(), attributes);
}

/** Creating a queue again is no error when it is the same. */
function sameQueue(queue: Queue, attributes: QueueAttributes): Queue {
  const has = queue.attributes();
  const different = Object.entries(attributes).find(([name, value]) => (has[name] ?? '') !== value);
  if (different) {
    throw sqsError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${different[0]}`,
    );
  }
  return queue;
}

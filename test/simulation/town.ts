import type { Random } from '../../src/controller/ports.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import { type Amazon, createAmazon } from './amazon.ts';
import { createHistory, type History } from './history.ts';
import { type Cluster, createCluster } from './kubernetes.ts';
import { type LeaseTimes, type Replica, startReplica } from './replica.ts';
import { createTime, type Time } from './time.ts';
import { createWatchman, type Watchman } from './watchman.ts';

/** Everything there is in one run. */
export interface Town {
  readonly time: Time;
  readonly random: Random;
  readonly amazon: Amazon;
  readonly cluster: Cluster;
  readonly history: History;
  readonly watchman: Watchman;
  /** Processes that live. */
  replicas(): readonly Replica[];
  start(): Promise<void>;
  /** Nothing happens any more, and nothing of it is kept. */
  end(): void;
}

export interface TownOptions {
  readonly seed: number;
  readonly lease?: LeaseTimes;
}

/** Longer than the defaults, so that most of a run is not renewals. */
const calmLease: LeaseTimes = { leaseDuration: 90_000, renewDeadline: 60_000, retryPeriod: 20_000 };

export function createTown({ seed, lease = calmLease }: TownOptions): Town {
  const time = createTime();
  const random = seededRandom(seed);
  const history = createHistory(time);
  const permissionSets = random() < 0.5 ? undefined : random() < 0.3 ? 0 : 3;
  const hears = random() < 0.7;
  const amazon = createAmazon({ time, seed, permissionSets });
  const cluster = createCluster(time);
  const watchman = createWatchman({ time, amazon, cluster, history });
  const replicas: Replica[] = [];
  let born = 0;
  history.add(
    'world',
    `${permissionSets === undefined ? 'no Identity Center' : `${permissionSets} permission sets`}, ${hears ? 'a queue' : 'no queue'}`,
  );
  return {
    time,
    random,
    amazon,
    cluster,
    history,
    watchman,
    replicas: () => replicas.filter(({ life }) => !life.isDead),
    async start() {
      born += 1;
      const identity = `replica-${born}`;
      history.add(identity, 'starts');
      const replica = await startReplica({
        identity,
        amazon,
        cluster,
        time,
        random: seededRandom(seed * 1_000 + born),
        hears,
        lease,
        onWrite: watchman.written,
        onLog: (line) => history.add(identity, line),
      });
      replicas.push(replica);
      watchman.follow(replica);
    },
    end() {
      for (const replica of replicas) replica.discard();
      amazon.events.close();
    },
  };
}

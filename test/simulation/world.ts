import { seededRandom } from '../../sandbox/aws/random.ts';
import type { Random } from '../../src/time/clock.ts';
import { createHistory, type History } from './history.ts';
import { type Cluster, createCluster } from './kubernetes.ts';
import { createMonitor, type Monitor } from './monitor.ts';
import { type LeaseTimes, type Replica, startReplica } from './replica.ts';
import { createSimulatedOrganization, type SimulatedOrganization } from './simulatedAws.ts';
import { createTime, type Time } from './time.ts';

/** Everything there is in one run. */
export interface SimulatedWorld {
  readonly time: Time;
  readonly random: Random;
  readonly simulatedOrganization: SimulatedOrganization;
  readonly cluster: Cluster;
  readonly history: History;
  readonly monitor: Monitor;
  /** Processes that live. */
  replicas(): readonly Replica[];
  /** @param namespace of another installation */
  start(namespace?: string): Promise<void>;
  /** Nothing happens any more, and nothing of it is kept. */
  end(): void;
}

export interface SimulatedWorldOptions {
  readonly seed: number;
  readonly lease?: LeaseTimes;
}

/** Longer than the defaults, so that most of a run is not renewals. */
const calmLease: LeaseTimes = { leaseDuration: 90_000, renewDeadline: 60_000, retryPeriod: 20_000 };

export function createSimulatedWorld({ seed, lease = calmLease }: SimulatedWorldOptions): SimulatedWorld {
  const time = createTime();
  const random = seededRandom(seed);
  const history = createHistory(time);
  const permissionSets = random() < 0.5 ? undefined : random() < 0.3 ? 0 : 3;
  const receives = random() < 0.7;
  const simulatedOrganization = createSimulatedOrganization({ time, seed, permissionSets });
  const cluster = createCluster(time);
  const monitor = createMonitor({ time, simulatedOrganization, cluster, history });
  const replicas: Replica[] = [];
  let born = 0;
  history.add(
    'world',
    `${permissionSets === undefined ? 'no Identity Center' : `${permissionSets} permission sets`}, ${receives ? 'a queue' : 'no queue'}`,
  );
  return {
    time,
    random,
    simulatedOrganization,
    cluster,
    history,
    monitor,
    replicas: () => replicas.filter(({ life }) => !life.isDead),
    async start(namespace) {
      born += 1;
      const identity = `replica-${born}`;
      history.add(identity, 'starts');
      const replica = await startReplica({
        identity,
        simulatedOrganization,
        cluster,
        time,
        random: seededRandom(seed * 1_000 + born),
        receives,
        lease,
        ...(namespace !== undefined && { namespace }),
        onWrite: monitor.written,
        onLog: (line) => history.add(identity, line),
      });
      replicas.push(replica);
      monitor.follow(replica);
    },
    end() {
      for (const replica of replicas) replica.discard();
      simulatedOrganization.events.close();
    },
  };
}

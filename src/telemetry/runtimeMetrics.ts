import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The name of the one controller, in the labels that controller-runtime's users filter by. */
const controller = 'trustedaccess';
const keys = { name: controller, controller };

export const reconcileResults = ['success', 'requeue_after', 'requeue', 'error'] as const;
export type ReconcileResult = (typeof reconcileResults)[number];

/** Keys that wait, keys in process, and wake-ups since the process started. */
export interface WatchedQueue {
  depth(): number;
  active(): number;
  added(): number;
}

/** What the queue and the controller tell of their work. Seconds throughout. */
export interface RuntimeMetrics {
  /** How many reconciles may run at once. */
  concurrency(maximum: number): void;
  reconcileFinished(result: ReconcileResult, seconds: number): void;
  /** Read at each scrape. */
  watchQueue(queue: WatchedQueue): void;
  queueRetried(): void;
  /** A key was taken from the queue, `waited` after it came due. */
  queueTaken(waited: number): void;
  /** The work on a key is over, after `worked`. */
  queueDone(worked: number): void;
  /** `lease`: its name. */
  leading(lease: string, leads: boolean): void;
}

// Those of controller-runtime, so that dashboards made for it read right.
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

function reconciles(registry: Registry, queue: () => WatchedQueue | undefined) {
  const registers = [registry];
  const labelNames = ['controller'] as const;
  return {
    total: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles, by result.',
      labelNames: ['controller', 'result'],
      registers,
    }),
    errors: new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciles that ended in an error.',
      labelNames,
      registers,
    }),
    time: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'How long a reconcile took.',
      labelNames,
      buckets: reconcileBuckets,
      registers,
    }),
    maximum: new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'How many reconciles may run at once.',
      labelNames,
      registers,
    }),
    active: new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'How many reconciles are running.',
      labelNames,
      registers,
      collect() {
        this.set({ controller }, queue()?.active() ?? 0);
      },
    }),
  };
}

function workqueue(registry: Registry, queue: () => WatchedQueue | undefined) {
  const registers = [registry];
  const labelNames = ['name', 'controller'] as const;
  return {
    depth: new Gauge({
      name: 'workqueue_depth',
      help: 'Keys that wait.',
      labelNames,
      registers,
      collect() {
        this.set(keys, queue()?.depth() ?? 0);
      },
    }),
    adds: new Counter({
      name: 'workqueue_adds_total',
      help: 'Keys that were added.',
      labelNames,
      registers,
      collect() {
        this.reset();
        this.inc(keys, queue()?.added() ?? 0);
      },
    }),
    retries: new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys that were added again after an error.',
      labelNames,
      registers,
    }),
    waited: new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long a key waited in the queue.',
      labelNames,
      buckets: queueBuckets,
      registers,
    }),
    worked: new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long the work on a key took.',
      labelNames,
      buckets: queueBuckets,
      registers,
    }),
  };
}

/** The metrics that every controller has, with the names of controller-runtime; all series begin at 0. */
export function runtimeMetrics(registry: Registry): RuntimeMetrics {
  let watched: WatchedQueue | undefined;
  const reconcile = reconciles(registry, () => watched);
  const queue = workqueue(registry, () => watched);
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: '1 on the replica that leads, 0 on the others.',
    labelNames: ['name'],
    registers: [registry],
  });
  const of = { controller };
  for (const result of reconcileResults) reconcile.total.inc({ ...of, result }, 0);
  reconcile.errors.inc(of, 0);
  reconcile.time.zero(of);
  reconcile.maximum.set(of, 0);
  queue.retries.inc(keys, 0);
  queue.waited.zero(keys);
  queue.worked.zero(keys);
  return {
    concurrency: (maximum) => reconcile.maximum.set(of, maximum),
    reconcileFinished(result, seconds) {
      reconcile.total.inc({ ...of, result });
      if (result === 'error') reconcile.errors.inc(of);
      reconcile.time.observe(of, seconds);
    },
    watchQueue(next) {
      watched = next;
    },
    queueRetried: () => queue.retries.inc(keys),
    queueTaken: (waited) => queue.waited.observe(keys, waited),
    queueDone: (worked) => queue.worked.observe(keys, worked),
    leading: (name, leads) => leader.set({ name }, leads ? 1 : 0),
  };
}

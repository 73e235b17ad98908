import { Counter, Gauge, Registry } from 'prom-client';
import { type ProductMetrics, productMetrics } from './productMetrics.ts';
import { type RuntimeMetrics, runtimeMetrics } from './runtimeMetrics.ts';

export type { ProductMetrics } from './productMetrics.ts';
export { type ReconcileResult, type RuntimeMetrics, reconcileResults } from './runtimeMetrics.ts';

export interface Metrics extends RuntimeMetrics, ProductMetrics {
  readonly contentType: string;
  /** All series in the Prometheus text format. */
  render(): Promise<string>;
}

/** The process itself, under the names that Prometheus client libraries share; prom-client's own set wakes the process all the time. */
function processMetrics(registry: Registry, version: string): void {
  const registers = [registry];
  new Gauge({
    name: 'trusted_access_build_info',
    help: 'Version of the operator and of Node.js.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1);
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({ name: 'process_start_time_seconds', help: 'Start, since the epoch.', registers }).set(
    Math.round(performance.timeOrigin / 1000),
  );
}

export function createMetrics({ version }: { readonly version: string }): Metrics {
  const registry = new Registry();
  processMetrics(registry, version);
  return {
    ...runtimeMetrics(registry),
    ...productMetrics(registry),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}

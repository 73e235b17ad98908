import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { declare, pathOf, sso } from './users.ts';
import { createSimulatedWorld } from './world.ts';

const name = 'sso';
/** Milliseconds between two changes of the second writer: less than a watch lags behind. */
const pause = 2_000;
/** Milliseconds after which a status must have arrived. */
const patience = 60_000;

/**
 * A second writer keeps patching an annotation while the operator, with the rights of the chart's role, gets a new
 * generation every two minutes. Returns what did not arrive in time, judged by what the API server has.
 */
export async function besideASecondWriter(): Promise<readonly string[]> {
  const simulated = createSimulatedWorld({ seed: 1 });
  const { time, cluster } = simulated;
  const { server } = cluster;
  const resource = (): TrustedAccess | undefined => {
    const read = readTrustedAccess(server.get(pathOf(name)));
    return read?.kind === 'Valid' ? read.resource : undefined;
  };
  const patch = () => {
    server.update(pathOf(name), ({ metadata }) => {
      metadata['annotations'] = { 'example.com/changed-at': String(time.now()) };
    });
    time.after(pause, patch);
  };
  const late: string[] = [];
  await simulated.start();
  await time.advance(patience);
  cluster.conditions.lag = 30_000;
  for (const interval of ['5m', '6m', '7m', '8m']) {
    declare(server, name, { servicePrincipal: sso, interval });
    if (interval === '5m') patch();
    await time.advance(cluster.conditions.lag + patience);
    const { metadata, status } = resource() ?? {};
    if (metadata === undefined || status?.observedGeneration !== metadata.generation)
      late.push(`the status of generation ${metadata?.generation} did not arrive`);
  }
  simulated.end();
  return late;
}

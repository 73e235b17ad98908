import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeWithUs } from '../../test/harness/reaper.ts';

/** A kubeconfig for a server on loopback that asks nobody who they are. */
export function kubeconfigFor(server: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'trusted-access-bench-'));
  removeWithUs(folder);
  const file = join(folder, 'kubeconfig');
  const named = (kind: string, value: object): object => ({ name: 'bench', [kind]: value });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [named('cluster', { server })],
    users: [named('user', {})],
    contexts: [named('context', { cluster: 'bench', user: 'bench' })],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

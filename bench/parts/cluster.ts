/** A real kube-apiserver with etcd, and resources in it by the thousand. */
import { Agent, request } from 'node:https';
import { crdYaml } from '../../src/cli/crd.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../../test/harness/cluster.ts';
import { eventually } from '../../test/harness/eventually.ts';
import type { Declared } from './manifests.ts';

export const collection = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';

export interface Bench extends AsyncDisposable {
  readonly cluster: OwnCluster;
  readonly call: (method: string, path: string, body?: unknown, type?: string) => Promise<Answer>;
  /** Makes them all, some at a time. */
  create(declared: readonly Declared[]): Promise<void>;
}

export interface Answer {
  readonly code: number;
  readonly body: string;
}

export async function openCluster(): Promise<Bench> {
  const cluster = await startEtcdAndApiserver({
    flags: [
      '--max-mutating-requests-inflight=0',
      '--max-requests-inflight=0',
      '--enable-priority-and-fairness=false',
    ],
  });
  await cluster.apply(crdYaml());
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: cluster.certificateAuthority });
  const call: Bench['call'] = (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${cluster.adminToken}`,
        accept: 'application/json',
        ...(payload !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
      };
      const asked = request(`${cluster.url}${path}`, { method, agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('end', () => resolve({ code: answer.statusCode ?? 0, body: text }));
      });
      asked.once('error', reject);
      asked.end(payload);
    });
  await eventually(
    async () => {
      const { code } = await call('GET', `${collection}?limit=1`);
      if (code !== 200) throw new Error(`the CRD is not served yet: ${code}`);
    },
    { timeoutMs: 30_000, everyMs: 100, what: 'the CRD' },
  );
  return {
    cluster,
    call,
    async create(declared) {
      await inParallel(16, declared, async (one) => {
        const { code, body } = await call('POST', collection, one);
        if (code !== 201) throw new Error(`create ${one.metadata.name}: ${code} ${body}`);
      });
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await cluster.stop();
    },
  };
}

export async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

import { join } from 'node:path';
import { type RunningProcess, startProcess } from './childProcess.ts';
import { eventually, Hopeless } from './eventually.ts';
import { freePort } from './freePorts.ts';
import { toolPath } from './program.ts';

export interface Etcd {
  readonly url: string;
  /** For SIGSTOP, SIGCONT and SIGKILL. After the last, `start`. */
  signal(signal: NodeJS.Signals): void;
  /** On the same port and the same data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const answers = async (url: string, process: RunningProcess) => {
  if (process.exit() !== undefined) throw new Hopeless(`etcd ended: ${process.output().slice(-2_000)}`);
  const response = await fetch(`${url}/health`);
  if (!response.ok) throw new Error(`etcd health: ${response.status}`);
};

/** Starts etcd on a free port, its data under `folder`. Fast over safe: nothing is synced to disk. */
export const startEtcd = async (folder: string): Promise<Etcd> => {
  const binary = await toolPath('etcd');
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = 'http://127.0.0.1:0';
  const args = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
  let running: RunningProcess | undefined;
  const start = async () => {
    await running?.exited;
    const etcd = await startProcess(binary, args);
    running = etcd;
    try {
      await eventually(() => answers(url, etcd), { everyMs: 20, what: 'etcd' });
    } catch (error) {
      await etcd.stop();
      throw error;
    }
  };
  await start();
  return {
    url,
    start,
    signal: (signal) => running?.signal(signal),
    stop: async () => void (await running?.stop()),
  };
};

const call = async (url: string, method: string, body: unknown): Promise<unknown> => {
  const response = await fetch(`${url}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`etcd ${method}: ${response.status} ${await response.text()}`);
  return response.json();
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The store's newest revision, the number resourceVersions are made of. */
export const currentRevision = async (url: string): Promise<number> => {
  const answer = await call(url, 'range', { key: Buffer.from('/').toString('base64') });
  const header = isObject(answer) ? answer['header'] : undefined;
  const revision = Number(isObject(header) ? header['revision'] : Number.NaN);
  if (!Number.isInteger(revision)) throw new Error(`etcd told no revision: ${JSON.stringify(answer)}`);
  return revision;
};

/**
 * Forgets everything before the newest revision and returns it, as the API server itself does every five minutes:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses
 */
export const compactEtcd = async (url: string): Promise<number> => {
  const revision = await currentRevision(url);
  await call(url, 'compaction', { revision, physical: true });
  return revision;
};

/**
 * Who we are and where the API server is. KubeConfig of `@kubernetes/client-node` knows every way of
 * authentication, but connects anew for each request: its options are taken, and one Agent of Node.js is kept.
 * (undici, which the package uses, brings an HTTP parser of its own: 11 MB of memory that node:http has already.)
 */
import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { type Cluster, type DispatcherOptions, KubeConfig, RequestContext } from '@kubernetes/client-node';

export interface Authenticated {
  /** Scheme, host, port and perhaps a path, without a slash at the end. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent;
}

const loopback = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/;

const fingerprintOf = (options: DispatcherOptions): string =>
  createHash('sha256').update(JSON.stringify(options)).digest('hex');

class SharedKubeConfig extends KubeConfig {
  readonly #connections: number;
  #wanted: DispatcherOptions = { type: 'none' };
  #current: { readonly fingerprint: string; readonly agent: HttpAgent } | undefined;

  constructor(connections: number) {
    super();
    this.#connections = connections;
  }

  /** Called by applySecurityAuthentication with the certificates of this moment. `none`: it makes no Agent. */
  override createDispatcherOptions(cluster: Cluster | null, options: AgentOptions): DispatcherOptions {
    // `kubectl proxy` and its like: plain HTTP never leaves the machine.
    const local = cluster !== null && loopback.test(cluster.server);
    this.#wanted = super.createDispatcherOptions(
      local ? { ...cluster, skipTLSVerify: true } : cluster,
      options,
    );
    return { type: 'none' };
  }

  async authenticate(): Promise<Authenticated> {
    const cluster = this.getCurrentCluster();
    if (cluster === null) throw new Error(`kubeconfig: context ${this.getCurrentContext()} names no cluster`);
    const context = new RequestContext(cluster.server, 'GET');
    await super.applySecurityAuthentication(context);
    const fingerprint = fingerprintOf(this.#wanted);
    if (this.#current?.fingerprint !== fingerprint) {
      const agent = await this.#open(cluster, this.#wanted);
      this.retire();
      this.#current = { fingerprint, agent };
    }
    return {
      server: cluster.server.replace(/\/+$/, ''),
      headers: context.getHeaders(),
      agent: this.#current.agent,
    };
  }

  async #open(cluster: Cluster, wanted: DispatcherOptions): Promise<HttpAgent> {
    const pool = { keepAlive: true, keepAliveMsecs: 30_000, maxSockets: this.#connections };
    if (wanted.type === 'none' || wanted.type === 'agent') {
      const tls = wanted.type === 'agent' ? wanted.connect : {};
      return cluster.server.startsWith('http:') ? new HttpAgent(pool) : new HttpsAgent({ ...tls, ...pool });
    }
    // Proxies of either kind: the package has the agents for them.
    const borrowed = new KubeConfig();
    borrowed.loadFromClusterAndUser(cluster, this.getCurrentUser() ?? { name: 'nobody' });
    const options: RequestOptions = {};
    await borrowed.applyToHTTPSOptions(options);
    if (!(options.agent instanceof HttpAgent))
      throw new Error(`kubeconfig: no way through ${cluster.proxyUrl}`);
    return Object.assign(options.agent, pool);
  }

  /** Lets calls in flight end, and keeps no connection after them. */
  retire(): void {
    const agent = this.#current?.agent;
    if (agent === undefined) return;
    agent.maxFreeSockets = 0;
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
  }

  close(): void {
    this.#current?.agent.destroy();
  }
}

export interface ClusterAccess {
  authenticate(): Promise<Authenticated>;
  /** Credentials were refused: read them anew from where they come from. */
  reload(): void;
  close(): void;
}

export interface ClusterSource {
  /** Path of a kubeconfig. Absent: KUBECONFIG, the home directory's, or the service account of the pod. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** How many connections at most. */
  readonly connections: number;
}

/** What loadFromDefault falls back to when it found nothing. */
const nowhere = 'http://localhost:8080';

function loadFile(config: KubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`kubeconfig ${file} cannot be used: ${why}`, { cause });
  }
}

/** @throws Error when the kubeconfig cannot be read or has no such context. */
export function openKubeConfig(source: ClusterSource): ClusterAccess {
  const load = () => {
    const config = new SharedKubeConfig(source.connections);
    if (source.kubeconfig === undefined) config.loadFromDefault();
    else loadFile(config, source.kubeconfig);
    if (config.getCurrentCluster()?.server === nowhere && source.context === undefined) {
      throw new Error(
        'no cluster: there is no kubeconfig (set KUBECONFIG, or --kubeconfig) and this is not a pod with a service account',
      );
    }
    if (source.context !== undefined) {
      if (config.getContextObject(source.context) === null) {
        const known = config.getContexts().map(({ name }) => name);
        throw new Error(`kubeconfig: no context ${source.context}; there are: ${known.join(', ') || 'none'}`);
      }
      config.setCurrentContext(source.context);
    }
    return config;
  };
  let config = load();
  return {
    authenticate: () => config.authenticate(),
    reload() {
      const before = config;
      config = load();
      before.retire();
    },
    close: () => config.close(),
  };
}

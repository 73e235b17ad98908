/**
 * Who we are and where the API server is. KubeConfig of `@kubernetes/client-node` knows every way of
 * authentication; it makes a new undici Agent for each request, so its options are taken and one Agent is kept.
 */
import { createHash } from 'node:crypto';
import type { AgentOptions } from 'node:https';
import { type Cluster, type DispatcherOptions, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

export interface Authenticated {
  /** Scheme, host, port and perhaps a path, without a slash at the end. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

const loopback = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/;

// HTTP/1.1: a watch that stalls must not hold up other calls on the same connection.
const pool = (connections: number) => ({
  connections,
  allowH2: false,
  keepAliveTimeout: 30_000,
  connectTimeout: 10_000,
  // Every call is timed by its caller, with the injected clock.
  headersTimeout: 0,
  bodyTimeout: 0,
});

class SharedKubeConfig extends KubeConfig {
  readonly #connections: number;
  #fingerprint = '';
  #dispatcher: Dispatcher | undefined;

  constructor(connections: number) {
    super();
    this.#connections = connections;
  }

  /** Called by applySecurityAuthentication with the certificates of this moment. Type `none`: it makes no Agent. */
  override createDispatcherOptions(cluster: Cluster | null, options: AgentOptions): DispatcherOptions {
    // `kubectl proxy` and its like: plain HTTP never leaves the machine.
    const local = cluster !== null && loopback.test(cluster.server);
    const made = super.createDispatcherOptions(
      local ? { ...cluster, skipTLSVerify: true } : cluster,
      options,
    );
    const fingerprint = createHash('sha256').update(JSON.stringify(made)).digest('hex');
    if (this.#dispatcher !== undefined && fingerprint === this.#fingerprint) return { type: 'none' };
    this.#fingerprint = fingerprint;
    void this.#dispatcher?.close();
    this.#dispatcher = this.#build(made);
    // A SOCKS connector can only be had from the package itself: applySecurityAuthentication hands it over.
    return made.type === 'socks' ? made : { type: 'none' };
  }

  #build(made: DispatcherOptions): Dispatcher | undefined {
    if (made.type === 'socks') return undefined;
    if (made.type === 'none') return new Agent(pool(this.#connections));
    if (made.type === 'agent') return new Agent({ ...pool(this.#connections), connect: dial(made.connect) });
    const { uri, requestTls, connect } = made;
    return new ProxyAgent({
      ...pool(this.#connections),
      uri,
      requestTls: dial(requestTls),
      connect: dial(connect),
    });
  }

  async authenticate(): Promise<Authenticated> {
    const cluster = this.getCurrentCluster();
    if (cluster === null) throw new Error(`kubeconfig: context ${this.getCurrentContext()} names no cluster`);
    const context = new RequestContext(cluster.server, 'GET');
    await super.applySecurityAuthentication(context);
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher === undefined) throw new Error('kubeconfig: no way to connect');
    return {
      server: cluster.server.replace(/\/+$/, ''),
      headers: context.getHeaders(),
      dispatcher: this.#dispatcher,
    };
  }

  /** Lets calls in flight end. */
  async retire(): Promise<void> {
    await this.#dispatcher?.close();
  }

  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }
}

/** The two packages describe TLS options alike; undici's types leave out what it passes on to tls.connect. */
function dial(options: object): object {
  return options;
}

export interface ClusterAccess {
  authenticate(): Promise<Authenticated>;
  /** Credentials were refused: read them anew from where they come from. */
  reload(): void;
  close(): Promise<void>;
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

/** @throws Error when the kubeconfig cannot be read or has no such context. */
export function openKubeConfig(source: ClusterSource): ClusterAccess {
  const load = () => {
    const config = new SharedKubeConfig(source.connections);
    if (source.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(source.kubeconfig);
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
      void before.retire();
    },
    close: () => config.close(),
  };
}

/**
 * Who we are and where the API server is. KubeConfig of `@kubernetes/client-node` knows every way of
 * authentication, but connects anew for each request: its options are taken, and one Agent of Node.js is kept.
 * (undici, which the package uses, brings an HTTP parser of its own: 11 MB of memory that node:http has already.)
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Cluster, type DispatcherOptions, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { readKubeconfig } from './kubeconfigFile.ts';
import {
  absentFile,
  asPackageReads,
  createExecPlugins,
  type ExecPlugins,
  impersonation,
  type Selected,
  selectContext,
  type UserAuthenticator,
  userAuthenticator,
} from './kubeconfigUser.ts';

export interface Authenticated {
  /** Scheme, host, port and perhaps a path, without a slash at the end. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly agent: HttpAgent;
}

const loopback = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/;

const fingerprintOf = (options: DispatcherOptions): string =>
  createHash('sha256').update(JSON.stringify(options)).digest('hex');

/** socks-proxy-agent 10 names no host to TLS when it is an address, and Node.js then expects `localhost`. */
function addressCheck({ server, tlsServerName }: Cluster): TlsOptions {
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  if (tlsServerName || isIP(host) === 0) return {};
  return { checkServerIdentity: (_named, certificate) => checkServerIdentity(host, certificate) };
}

class SharedKubeConfig extends KubeConfig {
  readonly #connections: number;
  readonly #selected: Selected | undefined;
  readonly #authenticator: UserAuthenticator;
  #wanted: DispatcherOptions = { type: 'none' };
  #current: { readonly fingerprint: string; readonly opening: Promise<HttpAgent> } | undefined;
  #agent: HttpAgent | undefined;

  constructor(connections: number, selected: Selected | undefined, plugins: ExecPlugins) {
    super();
    this.#connections = connections;
    this.#selected = selected;
    this.#authenticator = userAuthenticator(selected, plugins);
    this.addAuthenticator(this.#authenticator);
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
    try {
      await super.applySecurityAuthentication(context);
    } catch (cause) {
      throw absentFile(cause) ?? cause;
    }
    const fingerprint = fingerprintOf(this.#wanted);
    // Set before anything is waited for: concurrent first calls share one pool.
    if (this.#current?.fingerprint !== fingerprint) {
      this.#current = { fingerprint, opening: this.#replace(cluster, this.#wanted) };
    }
    return {
      server: cluster.server.replace(/\/+$/, ''),
      headers: { ...context.getHeaders(), ...impersonation(this.#selected?.user) },
      agent: await this.#current.opening,
    };
  }

  async #replace(cluster: Cluster, wanted: DispatcherOptions): Promise<HttpAgent> {
    try {
      const agent = await this.#open(cluster, wanted);
      this.retire();
      this.#agent = agent;
      return agent;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  async #open(cluster: Cluster, wanted: DispatcherOptions): Promise<HttpAgent> {
    const pool = { keepAlive: true, keepAliveMsecs: 30_000, maxSockets: this.#connections };
    if (wanted.type === 'none' || wanted.type === 'agent') {
      const tls = wanted.type === 'agent' ? wanted.connect : {};
      return cluster.server.startsWith('http:') ? new HttpAgent(pool) : new HttpsAgent({ ...tls, ...pool });
    }
    // Proxies of either kind: the package has the agents for them.
    const borrowed = new KubeConfig();
    borrowed.addAuthenticator(this.#authenticator);
    borrowed.loadFromClusterAndUser(cluster, this.getCurrentUser() ?? { name: 'nobody' });
    const options: RequestOptions = {};
    await borrowed.applyToHTTPSOptions(options);
    if (!(options.agent instanceof HttpAgent))
      throw new Error(`kubeconfig: no way through ${cluster.proxyUrl}`);
    const own: unknown = Reflect.get(options.agent, 'options');
    if (typeof own === 'object' && own !== null) Object.assign(own, addressCheck(cluster));
    return Object.assign(options.agent, pool);
  }

  /** The API server refused it. */
  forgetCredential(): void {
    this.#authenticator.forget();
  }

  /** Lets calls in flight end, and keeps no connection after them. */
  retire(): void {
    if (this.#agent !== undefined) this.#agent.maxFreeSockets = 0;
    this.closeIdle();
  }

  closeIdle(): void {
    for (const socket of Object.values(this.#agent?.freeSockets ?? {}).flat()) socket?.destroy();
  }

  close(): void {
    this.#agent?.destroy();
  }
}

export interface ClusterAccess {
  /** Namespace of the context, or of the pod; `default` when neither names one. */
  readonly namespace: string;
  authenticate(): Promise<Authenticated>;
  /** Credentials were refused: read them anew from where they come from. */
  reload(): void;
  /** The network fell silent: connections that wait in the pool are as dead as the one that showed it. */
  closeIdle(): void;
  close(): void;
}

export interface ClusterSource {
  /** Path of a kubeconfig. Absent: KUBECONFIG, the home directory's, or the service account of the pod. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** How many connections at most. */
  readonly connections: number;
  /** Shared by the connections of one process: concurrent needs run a plug-in once. */
  readonly plugins?: ExecPlugins;
}

/** @throws Error when the kubeconfig cannot be read or has no such context. */
export function openKubeConfig(source: ClusterSource): ClusterAccess {
  const { plugins = createExecPlugins() } = source;
  const load = () => {
    const selected = selectContext(readKubeconfig(source.kubeconfig, process.env), source.context);
    const config = new SharedKubeConfig(source.connections, selected, plugins);
    if (selected !== undefined) config.loadFromString(asPackageReads(selected));
    else if (existsSync(serviceAccountToken)) config.loadFromCluster();
    else throw new Error(noCluster(process.env['KUBECONFIG']));
    return config;
  };
  let config = load();
  return {
    namespace: config.getContextObject(config.getCurrentContext())?.namespace?.trim() || 'default',
    authenticate: () => config.authenticate(),
    reload() {
      const before = config;
      config = load();
      config.forgetCredential();
      before.retire();
    },
    closeIdle: () => config.closeIdle(),
    close: () => config.close(),
  };
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const noCluster = (given: string | undefined): string =>
  given
    ? `no cluster: KUBECONFIG names ${given}, and there is no such file. Set KUBECONFIG or --kubeconfig to the path of a kubeconfig.`
    : 'no cluster: there is no kubeconfig, and this is not a pod with a service account. Set KUBECONFIG or --kubeconfig';

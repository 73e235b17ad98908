/** Which cluster and user a kubeconfig means, and how the user proves itself. */
import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { createExecPlugin, type ExecPlugin, type ExecPluginOptions } from './execPlugin.ts';
import type { Cluster, Kubeconfig, User } from './kubeconfigFile.ts';

export interface Selected {
  readonly clusterName: string;
  readonly cluster: Cluster;
  readonly userName: string;
  readonly user: User;
  /** Of the context. */
  readonly namespace?: string | undefined;
}

/** The context asked for, else the current one; undefined: the kubeconfig is empty. @throws Error for people */
export function selectContext(config: Kubeconfig, asked: string | undefined): Selected | undefined {
  const known = [...config.contexts.keys()].join(', ') || 'none';
  const contextName = asked ?? config.currentContext;
  if (contextName === undefined) {
    if (config.contexts.size === 0 && config.clusters.size === 0) return undefined;
    throw new Error(
      `kubeconfig ${config.files.join(', ')} has no current-context. Set --context, or run kubectl config use-context, with one of: ${known}`,
    );
  }
  const context = config.contexts.get(contextName);
  if (context === undefined) throw new Error(`kubeconfig: no context ${contextName}; there are: ${known}`);
  const clusterName = context?.cluster ?? '';
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined) {
    throw new Error(
      `kubeconfig: context ${contextName} names the cluster ${clusterName}, which does not exist`,
    );
  }
  if (!cluster.server) throw new Error(`kubeconfig: the cluster ${clusterName} has no server`);
  const userName = context?.user ?? '';
  const user = userName === '' ? {} : config.users.get(userName);
  if (user === undefined) {
    throw new Error(`kubeconfig: context ${contextName} names the user ${userName}, which does not exist`);
  }
  return { clusterName, cluster, userName, user, namespace: context.namespace || undefined };
}

/** Marks the users whose token is ours to find. */
const ours = 'trusted-access';

/** As JSON for the loader of `@kubernetes/client-node`: one context; data goes before a file, as kubectl has it. */
export function asPackageReads({ clusterName, cluster, user, namespace }: Selected): string {
  const { exec, token, tokenFile, as: _as, 'as-groups': _groups, 'as-uid': _uid, ...rest } = user;
  const isOurs = Boolean(exec || token || tokenFile);
  const without = <T extends Readonly<Record<string, unknown>>>(
    from: T,
    ...files: readonly string[]
  ): object =>
    Object.fromEntries(
      Object.entries(from).filter(([key]) => !(files.includes(key) && Boolean(from[`${key}-data`]))),
    );
  return JSON.stringify({
    'current-context': 'selected',
    clusters: [{ name: clusterName || 'selected', cluster: without(cluster, 'certificate-authority') }],
    users: [
      {
        name: 'selected',
        user: {
          ...without(rest, 'client-certificate', 'client-key'),
          ...(isOurs && { 'auth-provider': { name: ours } }),
        },
      },
    ],
    contexts: [
      { name: 'selected', context: { cluster: clusterName || 'selected', user: 'selected', namespace } },
    ],
  });
}

export interface ExecPlugins {
  of(options: ExecPluginOptions): ExecPlugin;
}

/** One plug-in for equal configurations. */
export function createExecPlugins(): ExecPlugins {
  const known = new Map<string, ExecPlugin>();
  return {
    of(options) {
      const key = JSON.stringify([options.exec, options.cluster]);
      const plugin = known.get(key) ?? createExecPlugin(options);
      known.set(key, plugin);
      return plugin;
    },
  };
}

export interface UserAuthenticator {
  isAuthProvider(user: { readonly authProvider?: { readonly name?: string } }): boolean;
  applyAuthentication(user: unknown, options: object): Promise<void>;
  forget(): void;
}

/** A token file is read for each call: it may be rotated at any time. A token that the file gives goes before a fixed one. */
export function userAuthenticator(selected: Selected | undefined, plugins: ExecPlugins): UserAuthenticator {
  const { user = {}, userName = '', cluster = {} } = selected ?? {};
  const fixed = user.tokenFile ? undefined : user.token;
  const plugin =
    user.exec && !fixed && !user.tokenFile
      ? plugins.of({ exec: user.exec, user: userName, cluster, env: process.env })
      : undefined;
  const tokenOf = (): string | undefined => {
    if (!user.tokenFile) return fixed ?? undefined;
    const token = readFileSync(user.tokenFile, 'utf8').trim();
    if (token !== '') return token;
    throw new Error(`kubeconfig: the token file ${user.tokenFile} of user ${userName} is empty`);
  };
  return {
    isAuthProvider: ({ authProvider }) => authProvider?.name === ours,
    async applyAuthentication(_user, options: RequestOptions) {
      const given = plugin === undefined ? { token: tokenOf() } : await plugin.credential();
      if (given.token) options.headers = { ...options.headers, Authorization: `Bearer ${given.token}` };
      if ('certificate' in given && given.certificate) options.cert = given.certificate;
      if ('key' in given && given.key) options.key = given.key;
    },
    forget: () => plugin?.forget(),
  };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonation(user: User | undefined): Readonly<Record<string, string | readonly string[]>> {
  const extra = Object.entries(user?.['as-user-extra'] ?? {}).map(
    ([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values] as const,
  );
  return {
    ...(user?.as && { 'Impersonate-User': user.as }),
    ...(user?.['as-uid'] && { 'Impersonate-Uid': user['as-uid'] }),
    ...(user?.['as-groups']?.length && { 'Impersonate-Group': user['as-groups'] }),
    ...Object.fromEntries(extra),
  };
}

/** A file that a kubeconfig names and that is not there, in words; undefined: the error is another one. */
export function absentFile(error: unknown): Error | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined;
  const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
  return new Error(`kubeconfig: ${String(error.path)} cannot be read: ${why}`, { cause: error });
}

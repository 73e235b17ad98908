/**
 * What kubeconfig files say, merged and with absolute paths, as kubectl reads them. Written here because the loader
 * of `@kubernetes/client-node` 2.0.1 knows no `tokenFile`, fails on a missing file of KUBECONFIG and on a name that
 * two files have, and leaves `exec.command` relative. Rules: k8s.io/client-go/tools/clientcmd, loader.go.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const text = z.string().nullish();

const execSchema = z.looseObject({
  apiVersion: text,
  command: text,
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: text,
  interactiveMode: text,
  provideClusterInfo: z.boolean().nullish(),
});

const userSchema = z.looseObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  as: text,
  'as-uid': text,
  'as-groups': z.array(z.string()).nullish(),
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  exec: execSchema.nullish(),
});

const clusterSchema = z.looseObject({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
});

const contextSchema = z.looseObject({ cluster: text, user: text, namespace: text });

const fileSchema = z
  .object({
    'current-context': text,
    clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema.nullish() })).nullish(),
    users: z.array(z.object({ name: z.string(), user: userSchema.nullish() })).nullish(),
    contexts: z.array(z.object({ name: z.string(), context: contextSchema.nullish() })).nullish(),
  })
  .nullish();

export type ExecConfig = z.output<typeof execSchema>;
export type User = z.output<typeof userSchema>;
export type Cluster = z.output<typeof clusterSchema>;

export interface Kubeconfig {
  /** The files it was read from, for messages. */
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly users: ReadonlyMap<string, User>;
  readonly contexts: ReadonlyMap<string, z.output<typeof contextSchema>>;
}

const sentence = (error: unknown): string =>
  error instanceof z.ZodError
    ? z.prettifyError(error)
    : error instanceof Error
      ? error.message
      : String(error);

/** The paths at these keys, from the folder of the file on. */
function absolute<T extends object>(file: string, from: T, ...keys: readonly (keyof T)[]): T {
  const paths = keys.flatMap((key) => {
    const path = from[key];
    return typeof path === 'string' && path !== '' ? [[key, resolve(dirname(file), path)]] : [];
  });
  return { ...from, ...Object.fromEntries(paths) };
}

function userIn(file: string, user: User): User {
  const { exec } = user;
  return {
    ...absolute(file, user, 'client-certificate', 'client-key', 'tokenFile'),
    // A name without a slash is looked up in PATH.
    ...(exec?.command?.includes('/') && { exec: absolute(file, exec, 'command') }),
  };
}

/** @throws Error that says that it is the kubeconfig, and which. */
function readOne(file: string): Kubeconfig {
  try {
    const found = fileSchema.parse(parse(readFileSync(file, 'utf8'))) ?? {};
    return {
      files: [file],
      currentContext: found['current-context'] || undefined,
      clusters: new Map(
        found.clusters?.map(({ name, cluster }) => [
          name,
          absolute(file, cluster ?? {}, 'certificate-authority'),
        ]),
      ),
      users: new Map(found.users?.map(({ name, user }) => [name, userIn(file, user ?? {})])),
      contexts: new Map(found.contexts?.map(({ name, context }) => [name, context ?? {}])),
    };
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const why = isAbsent ? 'there is no such file' : sentence(cause);
    throw new Error(`kubeconfig ${file} cannot be used: ${why}`, { cause });
  }
}

const nothing: Kubeconfig = {
  files: [],
  currentContext: undefined,
  clusters: new Map(),
  users: new Map(),
  contexts: new Map(),
};

/** The first file to name a thing decides what it is. */
const merged = (first: Kubeconfig, second: Kubeconfig): Kubeconfig => ({
  files: [...first.files, ...second.files],
  currentContext: first.currentContext ?? second.currentContext,
  clusters: new Map([...second.clusters, ...first.clusters]),
  users: new Map([...second.users, ...first.users]),
  contexts: new Map([...second.contexts, ...first.contexts]),
});

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The kubeconfig of `path`, else of the files in KUBECONFIG that are there, else of the home directory.
 * @throws Error when a file cannot be read, or `path` does not exist
 */
export function readKubeconfig(path: string | undefined, env: Environment): Kubeconfig {
  if (path !== undefined) return readOne(path);
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const files = listed.length > 0 ? listed : [join(env['HOME'] || homedir(), '.kube', 'config')];
  return [...new Set(files)]
    .filter((file) => existsSync(file))
    .map(readOne)
    .reduce(merged, nothing);
}

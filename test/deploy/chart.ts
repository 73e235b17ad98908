import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type ProgramResult, runTool } from '../harness/program.ts';

export const root = resolve(import.meta.dirname, '../..');
export const chart = join(root, 'deploy', 'helm');
export const namespace = 'trusted-access-system';
/** That of the kube-apiserver the tests start. */
const kubeVersion = '1.36.3';

/** A Kubernetes object as far as any of them is alike; the rest is looked up with `at`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface Rendering {
  readonly release?: string;
  readonly namespace?: string;
  /** As in values.yaml. */
  readonly values?: object;
  readonly files?: readonly string[];
  readonly kubeVersion?: string;
}

export function helm(args: readonly string[], kubeconfig = '/dev/null', stdin = ''): Promise<ProgramResult> {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: kubeconfig };
  return runTool('helm', args, { env, stdin });
}

export function template({ release = 'trusted-access-operator', ...rendering }: Rendering = {}) {
  const files = (rendering.files ?? []).flatMap((file) => ['--values', file]);
  const where = [
    '--namespace',
    rendering.namespace ?? namespace,
    '--kube-version',
    rendering.kubeVersion ?? kubeVersion,
  ];
  const args = ['template', release, chart, ...where, ...files, '--values', '-'];
  return helm(args, undefined, JSON.stringify(rendering.values ?? {}));
}

/** A document or none: the parser's word for it is any, ours is what a manifest has at least. */
export function manifestsIn(yaml: string): Manifest[] {
  return parseAllDocuments(yaml)
    .map((document): unknown => document.toJSON())
    .filter((each): each is Manifest => typeof each === 'object' && each !== null && 'kind' in each);
}

/** What the chart makes of these values. @throws Error with Helm's words when it refuses them. */
export async function render(rendering: Rendering = {}): Promise<Manifest[]> {
  const { code, stdout, stderr } = await template(rendering);
  if (code !== 0) throw new Error(stderr);
  return manifestsIn(stdout);
}

/** Helm's words about values it does not take; empty when it takes them. */
export async function refusal(values: object, kubeVersionAsked = kubeVersion): Promise<string> {
  const { code, stderr } = await template({ values, kubeVersion: kubeVersionAsked });
  return code === 0 ? '' : stderr;
}

/** @throws Error when there is not exactly one. */
export function only(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter(
    (each) => each.kind === kind && (name ?? each.metadata.name) === each.metadata.name,
  );
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} ${name ?? ''}`);
  return one;
}

/** What is at a path such as `spec.template.spec.containers.0.args`. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.entries(found).find(([name]) => name === key)?.[1];
  }
  return found;
}

/** The list of texts at a path. @throws Error when there is none. */
export function textsAt(value: unknown, path: string): string[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path}`);
  return found.map(String);
}

export const toYaml = (manifests: readonly Manifest[]): string =>
  manifests.map((each) => JSON.stringify(each)).join('\n---\n');

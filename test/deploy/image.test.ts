import { cp, lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { crdYaml } from '../../src/cli/crd.ts';
import { manifest, openAws, standsAt } from '../cluster/fixture.ts';
import { type RunningProcess, startProcess } from '../harness/childProcess.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { runProgram } from '../harness/program.ts';
import { at, namespace, root, textsAt } from './chart.ts';
import { type Dockerfile, pairs, readDockerfile, texts } from './dockerfile.ts';
import { addLibraries, type Built, buildFixture } from './image.ts';
import { type Installed, install, variables } from './install.ts';

let file: Dockerfile;
let built: Built;
/** The tree as the engine would put it together, with the libraries of the base image: a root of its own. */
let tree: string;
beforeAll(async () => {
  file = await readDockerfile();
  built = await buildFixture(file.build);
  tree = join(built.image, '..', '..', 'root');
  await cp(built.image, tree, { recursive: true, preserveTimestamps: true });
  await addLibraries(tree);
}, 300_000);

const entrypoint = (): string[] =>
  texts(file.final, 'ENTRYPOINT').flatMap((text): string[] => JSON.parse(text));

/** In the tree as its root, as the user of the image: no shell, no /tmp, no file that can be written. */
const inTree = (args: readonly string[]): string[] => ['--userspec=65532:65532', tree, ...args];
const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  ...Object.fromEntries(pairs(file.final, 'ENV')),
  ...more,
});
const runImage = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram('chroot', inTree([...entrypoint(), ...args]), { env: environment(env) });

async function filesUnder(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

describe('what the Dockerfile says', () => {
  it('both bases by digest, from arguments', () => {
    expect(file.build.from).toMatch(/^\$\{NODE_IMAGE\} AS build$/);
    expect(file.final.from).toMatch(/^\$\{RUNTIME_IMAGE\}$/);
    for (const name of ['NODE_IMAGE', 'RUNTIME_IMAGE']) {
      expect(file.args.get(name)).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
    }
    expect(file.args.get('NODE_IMAGE')).toContain('/node:24-');
  });

  it('runs as a numeric non-root user, as the pods of the chart do', () => {
    expect(texts(file.final, 'USER')).toEqual(['65532:65532']);
  });

  it('labels that name version, source and base', () => {
    const labels = pairs(file.final, 'LABEL');
    expect(labels.get('org.opencontainers.image.licenses')).toBe(packageJson.license);
    expect([...labels.keys()].map((key) => key.replace('org.opencontainers.image.', ''))).toEqual(
      expect.arrayContaining(['title', 'version', 'revision', 'created', 'source', 'base.name']),
    );
    expect(texts(file.final, 'ARG')).toContain(`VERSION=${packageJson.version}`);
  });

  it('takes into the build what it copies, and nothing else of a checkout', async () => {
    const lines = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n');
    const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    const copied = texts(file.build, 'COPY').flatMap((text) => text.split(' ').slice(0, -1));
    expect(rules.slice(1).toSorted()).toEqual(copied.map((source) => `!${source}`).toSorted());
  });
});

describe('the tree it makes', () => {
  it('was made by every step of the build stage', () => {
    expect(built.steps.map(({ code }) => code)).toEqual(texts(file.build, 'RUN').map(() => 0));
  });

  it('is Node.js, the bundle with its maps, the list of packages, and nothing else', async () => {
    const files = (await filesUnder(built.image)).map((path) => path.slice(built.image.length));
    const kinds = new Set(
      files.map((path) =>
        path
          .replace(/^\/app\/\.cache\/.*/, '/app/.cache/*')
          .replace(/^\/app\/dist\/(.*\/)?[^/]+\.mjs(\.map)?$/, '/app/dist/*.mjs$2'),
      ),
    );
    expect([...kinds].toSorted()).toEqual([
      ...['/app/.cache/*', '/app/bin/trusted-access.mjs', '/app/dist/*.mjs', '/app/dist/*.mjs.map'],
      ...['/app/package.json', '/app/sbom.cdx.json', '/nodejs/bin/node'],
    ]);
    expect(files.filter((path) => /npm|npx|corepack|yarn/.test(path))).toEqual([]);
  });

  it('is small: 20 MB beside Node.js', async () => {
    const files = await filesUnder(built.image);
    const sizes = await Promise.all(files.map(async (path) => [path, (await lstat(path)).size] as const));
    const beside = sizes.filter(([path]) => !path.endsWith('/nodejs/bin/node'));
    expect(beside.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(20e6);
    expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(160e6);
  });

  it('is read-only, and the user of the image can read it', async () => {
    for (const path of await filesUnder(built.image)) {
      const { mode } = await lstat(path);
      expect(mode & 0o222, path).toBe(0);
      expect(mode & 0o004, path).toBe(0o004);
    }
  });

  it('names every package that is in the bundle', async () => {
    const bill: unknown = JSON.parse(await readFile(join(built.image, 'app', 'sbom.cdx.json'), 'utf8'));
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: {
        component: { name: 'trusted-access-operator', version: packageJson.version, type: 'application' },
      },
    });
    const components = at(bill, 'components');
    const names = (Array.isArray(components) ? components : []).map((each: unknown) => {
      const group = at(each, 'group');
      return `${group === undefined ? '' : `${String(group)}/`}${String(at(each, 'name'))}`;
    });
    for (const name of Object.keys(packageJson.dependencies)) expect(names).toContain(name);
    expect(names).not.toContain('vitest');
  });
});

describe('run as uid 65532 with that tree for its root', () => {
  it('knows its version and its CRD', async () => {
    expect((await runImage(['--version'])).stdout.trim()).toBe(packageJson.version);
    expect(await runImage(['crd'])).toEqual({ code: 0, stdout: crdYaml(), stderr: '' });
  });

  it('has nothing to run besides, and nowhere to write', async () => {
    const script = `
      const { writeFileSync } = await import('node:fs');
      const { spawnSync } = await import('node:child_process');
      const refused = ['/x', '/app/x', '/app/.cache/x', '/tmp/x', '/nodejs/x'].map((path) => {
        try { writeFileSync(path, ''); return path; } catch (error) { return error.code; }
      });
      const programs = ['/bin/sh', 'npm', 'npx'].map((name) => spawnSync(name).error?.code);
      console.log(JSON.stringify({ uid: process.getuid(), refused, programs }));`;
    const [node = ''] = entrypoint();
    const { stdout } = await runProgram('chroot', inTree([node, '--input-type=module', '--eval', script]), {
      env: environment(),
    });
    expect(JSON.parse(stdout)).toEqual({
      uid: 65532,
      refused: ['EACCES', 'EACCES', 'EACCES', 'ENOENT', 'EACCES'],
      programs: ['ENOENT', 'ENOENT', 'ENOENT'],
    });
  });

  it('is called by its name, as in kubectl exec', async () => {
    const named = await runProgram('chroot', inTree(['/usr/local/bin/trusted-access', '--version']), {
      env: environment(),
    });
    expect(named).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  it('starts from code that was compiled before', async () => {
    const { stderr } = await runImage(['run', '--help'], { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
    const chunks = stderr.split('\n').filter((line) => line.includes('/dist/chunks/'));
    expect(chunks.some((line) => line.includes('was accepted'))).toBe(true);
    expect(chunks.filter((line) => /was (not|rejected)/.test(line))).toEqual([]);
  });
});

describe('as a pod of the chart', () => {
  let cluster: OwnCluster;
  let installed: Installed;
  let operator: RunningProcess | undefined;
  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    installed = await install(cluster);
  });
  afterAll(async () => {
    await operator?.stop();
    await cluster?.stop();
  });

  /** What the kubelet mounts into every pod. */
  async function mountToken(): Promise<void> {
    const account = String(at(installed.deployment, 'spec.template.spec.serviceAccountName'));
    const { stdout } = await cluster.kubectl(['create', 'token', account, '-n', namespace]);
    const folder = join(tree, 'var', 'run', 'secrets', 'kubernetes.io', 'serviceaccount');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'token'), stdout.trim());
    await writeFile(join(folder, 'ca.crt'), cluster.certificateAuthority);
    await writeFile(join(folder, 'namespace'), namespace);
  }

  it('finds the cluster by what is mounted into it, takes the lease and keeps a resource', async () => {
    await using aws = await openAws();
    await mountToken();
    const { hostname, port } = new URL(cluster.url);
    const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
    const args = textsAt(installed.deployment, 'spec.template.spec.containers.0.args');
    const env = environment({
      ...variables(installed.deployment, 'operator-0'),
      ...aws.environment,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    });
    const started = await startProcess('chroot', inTree([...entrypoint(), ...args, ...off]), { env });
    operator = started;
    await cluster.apply(manifest({}));
    await standsAt(cluster, 'InSync').catch((error: unknown) => {
      throw new Error(`${String(error)}\n${started.output()}`);
    });
    const lease = await cluster.kubectl(['get', 'lease', '-n', namespace, '-o', 'yaml']);
    expect(lease.stdout).toContain('holderIdentity: operator-0_');
    expect(await started.stop(20_000)).toEqual({ code: 0, signal: null });
    await eventually(() => expect(started.output()).toContain('released'));
  });
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAws } from '../cluster/fixture.ts';
import { runToEnd } from '../harness/binary.ts';

const dist = resolve(import.meta.dirname, '../../dist');
const files = [dist, join(dist, 'chunks')]
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((file) => file.endsWith('.mjs'));

/** Its modules that Node.js itself loaded, as `process.moduleLoadList` has them. */
async function builtinsOf(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-limits-'));
  const reported = join(folder, 'loaded');
  const report = join(folder, 'tell.cjs');
  await writeFile(
    report,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(reported)}, process.moduleLoadList.join('\\n')))`,
  );
  try {
    const { code, stderr } = await runToEnd(args, { ...environment, NODE_OPTIONS: `--require=${report}` });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return readFileSync(reported, 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('What is shipped stays small', () => {
  it('the bundle, without its source maps', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes, 'what grew? esbuild --analyze tells').toBeLessThan(3_800_000);
  });

  it.each([
    ['the HTTP client of the Kubernetes client', /EnvHttpProxyAgent/],
    ['OpenTelemetry', /opentelemetry_js_api|OTEL_/],
    ['messages in other languages than English', /Ungültige Eingabe|Entrée invalide/],
  ])('holds no trace of %s', (_what, trace) => {
    expect(files.filter((file) => trace.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('the operator at work loads no second HTTP client of Node.js', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trusted-access-limits-'));
    await using aws = await openAws();
    await writeFile(
      join(folder, 'sso.yaml'),
      'apiVersion: trustedaccess.dev/v1alpha1\nkind: TrustedAccess\nmetadata: { name: sso }\nspec: {}\n',
    );
    const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
    const loaded = await builtinsOf(['run', '--once', '--manifests', folder, ...off], aws.environment);
    await rm(folder, { recursive: true });
    expect(loaded).toContain('NativeModule http');
    expect(loaded).not.toContain('undici');
    expect(loaded).not.toContain('NativeModule http2');
  });
});

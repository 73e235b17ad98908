import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runProgram, runTool } from '../harness/program.ts';
import { at, chart, root } from './chart.ts';

const path = '.github/workflows/release.yaml';
const text = readFileSync(join(root, path), 'utf8');
const workflow: unknown = parse(text);
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

const stepsOf = (job: string): readonly object[] => {
  const steps = at(workflow, `jobs.${job}.steps`);
  return Array.isArray(steps) ? steps : [];
};
const runsOf = (job: string): string =>
  stepsOf(job)
    .map((step) => String(at(step, 'run') ?? ''))
    .join('\n');
const usesOf = (job: string): readonly string[] =>
  stepsOf(job).flatMap((step) => {
    const uses = at(step, 'uses');
    return uses === undefined ? [] : [String(uses).replace(/@.*/, '')];
  });

describe('the release workflow', () => {
  it('has no fault that actionlint finds', async () => {
    const lint = (name: string, stdin: string) =>
      runTool('actionlint', ['-no-color', '-shellcheck=', '-pyflakes=', '-stdin-filename', name, '-'], {
        stdin,
      });
    expect(await lint(path, text)).toEqual({ code: 0, stdout: '', stderr: '' });
    const broken = text.replace('needs: image', 'needs: picture');
    expect((await lint(path, broken)).stdout).toContain('picture');
  });

  it('pins every action by the digest of a commit, with its version beside', () => {
    const used = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('starts without a permission, and each job takes only those to publish and to sign', () => {
    const needed = {
      contents: 'read',
      packages: 'write',
      'id-token': 'write',
      attestations: 'write',
    };
    expect(at(workflow, 'permissions')).toEqual({});
    for (const job of ['image', 'chart']) expect(at(workflow, `jobs.${job}.permissions`)).toEqual(needed);
  });

  it('puts no text of the event into a shell, where it would be run', () => {
    expect(runsOf('image') + runsOf('chart')).not.toContain('${{');
  });

  it.each(['image', 'chart'])('signs the %s by its digest, and attests provenance and parts', (job) => {
    expect(runsOf(job)).toMatch(/cosign sign --yes "\$[A-Z]+[^"]*@\$\w*DIGEST"/);
    expect(usesOf(job)).toEqual(
      expect.arrayContaining(['actions/attest-build-provenance', 'actions/attest-sbom']),
    );
  });

  it('verifies the signatures of the packages before it builds for two architectures', () => {
    const steps = stepsOf('image');
    const verifies = steps.findIndex((step) => String(at(step, 'run')).includes('npm audit signatures'));
    const builds = steps.findIndex((step) => at(step, 'id') === 'build');
    expect(verifies).toBeGreaterThan(0);
    expect(builds).toBeGreaterThan(verifies);
    expect(at(steps[builds], 'with.platforms')).toBe('linux/amd64,linux/arm64');
  });

  it('publishes where the chart and the Flux sample look for them', () => {
    const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));
    expect(at(workflow, 'env.IMAGE')).toBe(values.image.repository);
    const flux = readFileSync(join(root, 'deploy/flux/operator/operator.yaml'), 'utf8');
    expect(flux).toContain(`oci://${String(at(workflow, 'env.CHARTS'))}/trusted-access-operator`);
  });

  it('finds one digest in the values of the chart to fill in', () => {
    const values = readFileSync(join(chart, 'values.yaml'), 'utf8');
    expect(values.match(/^ {2}digest: ""$/gm)).toHaveLength(1);
    expect(values).toMatch(/^image:\n(?: {2}.*\n)*? {2}digest: ""$/m);
  });
});

describe('the parts of the chart', () => {
  const script = join(root, 'scripts/chartSbom.ts');
  const image = 'ghcr.io/trustedaccess/trusted-access-operator';

  it('are the image by its digest, as CycloneDX', async () => {
    const { stdout } = await runProgram(process.execPath, [script, '0.1.0', image, digest]);
    expect(JSON.parse(stdout)).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { purl: 'pkg:helm/trusted-access-operator@0.1.0' } },
      components: [{ type: 'container', name: image, version: digest }],
    });
  });

  it('cannot be listed without a digest', async () => {
    const { code, stderr } = await runProgram(process.execPath, [script, '0.1.0', image, 'latest']);
    expect(code).toBe(1);
    expect(stderr).toContain('usage: chartSbom.ts VERSION IMAGE sha256:DIGEST');
  });
});

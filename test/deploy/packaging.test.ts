import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { derivedFiles } from '../../scripts/deploy.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { sharedCluster } from '../harness/shared.ts';
import { chart, helm, manifestsIn, namespace, root } from './chart.ts';

const cluster = sharedCluster();
const role = 'arn:aws:iam::111111111111:role/trusted-access-operator';

describe('files that are made from others are in step', () => {
  it('the copies of the CRD, the table of values, the plain manifests (else: make generate)', async () => {
    for (const [path, content] of await derivedFiles()) {
      expect(await readFile(join(root, path), 'utf8'), path).toBe(content);
    }
  });

  it('the version of the chart is that of the operator', async () => {
    expect(parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({
      version: packageJson.version,
      appVersion: packageJson.version,
    });
  });

  it('a package of the chart holds what it needs and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trusted-access-package-'));
    await mkdir(join(folder, 'out'));
    const packed = await helm(['package', chart, '--destination', folder]);
    expect(packed.code).toBe(0);
    const file = join(folder, `trusted-access-operator-${packageJson.version}.tgz`);
    const shown = await helm(['template', 'x', file, '--kube-version', '1.36.3']);
    expect(manifestsIn(shown.stdout)).toHaveLength(16);
    const readme = await helm(['show', 'readme', file]);
    expect(readme.stdout).toMatch(/\| `aws\.roleArn` +\|/);
    await rm(folder, { recursive: true });
  });
});

describe('the notes after an install', () => {
  const notes = async (...set: string[]) => {
    const args = ['install', 'ta', chart, '--dry-run=server', '--set', 'crds.install=false', '-n', namespace];
    const { stdout } = await helm([...args, ...set.flatMap((each) => ['--set', each])], cluster.kubeconfig);
    return stdout.slice(stdout.indexOf('NOTES:'));
  };

  it('report the next three commands', async () => {
    const policy = 'policy.rules[0].servicePrincipals[0]=sso.amazonaws.com';
    const queue = 'operator.eventQueues[0]=https://sqs.example/1/q';
    const said = await notes(`aws.roleArn=${role}`, queue, policy);
    const commands = said.split('\n').filter((line) => /^ {2}(kubectl|aws|helm) /.test(line));
    expect(commands).toEqual([
      '  kubectl rollout status deployment/ta-trusted-access-operator --namespace trusted-access-system',
      "  kubectl apply -f - <<'EOF'",
      '  kubectl get trustedaccess sso -o wide',
    ]);
    expect(said).not.toContain('is empty');
  });

  it('report Pod Identity and of the queue when there is neither role nor queue', async () => {
    const said = await notes();
    expect(said).toContain('aws eks create-pod-identity-association');
    expect(said).toContain('--service-account ta-trusted-access-operator');
    expect(said).toContain('the operator polls AWS every 5 minutes');
  });

  it('warn that every author of a resource chooses administrators while there is no policy', async () => {
    expect(await notes()).toContain(
      'policy.rules is empty, so every user who can write TrustedAccess resources',
    );
  });

  it('have a manifest that is valid', async () => {
    const said = await notes();
    const manifest = said
      .slice(said.indexOf("<<'EOF'\n") + 8, said.indexOf('\n  EOF'))
      .replaceAll(/^ {2}/gm, '');
    expect(await parseTrustedAccess(parse(manifest))).toMatchObject({ kind: 'Valid' });
  });
});

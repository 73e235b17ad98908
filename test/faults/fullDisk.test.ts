import { mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Aws, first, manifest, openAws, type Shown, second } from '../cluster/fixture.ts';
import { type Binary, runBinary } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/freePorts.ts';
import { runProgram } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';

/**
 * No file of the process may grow beyond so many bytes: what a full disk does, for anybody to try. Linux alone lets that
 * be changed while the process runs.
 */
async function limit({ pid }: Binary, bytes: number | 'unlimited'): Promise<void> {
  const { code, stderr } = await runProgram('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:`]);
  if (code !== 0) throw new Error(`prlimit: ${stderr}`);
}

describe.skipIf(process.platform !== 'linux')('a disk that is full where the status files are', () => {
  let aws: Aws;
  let directory: string;
  let remove: () => void;
  let operator: Binary;
  let probes: string;

  beforeEach(async () => {
    aws = await openAws();
    directory = await mkdtemp(join(tmpdir(), 'trusted-access-disk-'));
    remove = removeWithUs(directory);
    probes = `127.0.0.1:${await freePort()}`;
    await declare(first);
    operator = await runBinary(
      [
        'run',
        `--manifests=${directory}`,
        '--metrics-bind-address=0',
        `--health-probe-bind-address=${probes}`,
      ],
      aws.environment,
    );
    await stands('InSync', 1);
  });
  afterEach(async () => {
    await operator.stop();
    remove();
    await aws[Symbol.asyncDispose]();
  });

  async function declare(accountId: string): Promise<void> {
    const path = join(directory, 'sso.yaml');
    await writeFile(`${path}.new`, manifest({ spec: `delegatedAdministrators: ["${accountId}"]` }));
    await rename(`${path}.new`, path);
  }

  const statusFile = () => readFile(join(directory, '.status', 'sso.yaml'), 'utf8');

  const stands = (reason: string, generation: number) =>
    eventually(
      async () => {
        const { metadata, status } = parse(await statusFile()) as Shown;
        const ready = status?.conditions.find(({ type }) => type === 'Ready');
        expect([ready?.reason, ready?.status, status?.observedGeneration, metadata.generation]).toEqual([
          reason,
          'True',
          generation,
          generation,
        ]);
      },
      { timeoutMs: 60_000 },
    );

  it.each([
    ['from the first byte', 0],
    ['in the middle of a file', 512],
  ])(
    '%s: the operator opens no gap, keeps the old status, and continues once there is room',
    async (_, bytes) => {
      const [before, writes] = [await statusFile(), aws.writes().length];
      await limit(operator, bytes);
      await declare(second);
      await operator.waitForLine(
        ({ level, msg }) => level === 'error' && String(msg).includes('cannot be saved'),
      );
      await sleep(2_000);
      expect(aws.administrators()).toEqual([first]);
      expect(aws.writes().slice(writes)).not.toContain('DeregisterDelegatedAdministrator');
      expect(await statusFile()).toBe(before);
      expect((await readdir(join(directory, '.status'))).filter((file) => file.endsWith('.tmp'))).toEqual([]);
      const readiness = await fetch(`http://${probes}/readyz`);
      expect(readiness.status).toBe(500);
      expect(await readiness.text()).toContain('cannot be saved');
      expect((await fetch(`http://${probes}/healthz`)).status).toBe(200);
      expect(operator.lines().length).toBeLessThan(40);
      await limit(operator, 'unlimited');
      await stands('InSync', 2);
      expect(aws.administrators()).toEqual([second]);
      // The folder's own pass saves again after its backoff.
      const ready = async () => expect((await fetch(`http://${probes}/readyz`)).status).toBe(200);
      await eventually(ready, { timeoutMs: 60_000 });
    },
    120_000,
  );
});

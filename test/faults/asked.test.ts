import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Aws, first, manifest, openAws } from '../cluster/fixture.ts';
import { runBinary } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';

let aws: Aws;
let directory: string;

beforeEach(async () => {
  aws = await openAws();
  directory = await mkdtemp(join(tmpdir(), 'trusted-access-asked-'));
  await writeFile(join(directory, 'sso.yaml'), manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await aws[Symbol.asyncDispose]();
});

/** As soon as it has asked AWS something; nothing else of it is waited for. */
async function askToStop(args: readonly string[]) {
  aws.aws.faults.add({ effect: { kind: 'Latency', milliseconds: 100 } });
  const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
  await using operator = await runBinary(['run', '--manifests', directory, ...off, ...args], aws.environment);
  await eventually(() => expect(aws.aws.journal.entries()).not.toHaveLength(0), {
    everyMs: 5,
  });
  operator.signal('SIGTERM');
  return { exit: await operator.exited, lines: operator.lines() };
}

// The kernel keeps signals without a handler from the first process of a container: it has to end by itself.
describe('an operator that is asked to stop in its first moment', () => {
  it('ends by itself, with 0', async () => {
    expect((await askToStop([])).exit).toEqual({ code: 0, signal: null });
  });

  it('ends by itself with --once and exit code 1, because it read only a part', async () => {
    const { exit, lines } = await askToStop(['--once']);
    expect(exit).toEqual({ code: 1, signal: null });
    expect(lines.map(({ msg }) => msg)).toContain('stopping before every resource was reconciled');
  });
});

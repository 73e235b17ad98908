import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Binary, runBinary, runToEnd } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';

/** What a desktop has to open addresses with: here it writes down what it was asked for. */
let desktop: string;
let sandbox: Binary | undefined;
beforeEach(async () => {
  desktop = await mkdtemp(join(tmpdir(), 'trusted-access-desktop-'));
});
afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
  await rm(desktop, { recursive: true });
});

async function aBrowser(exitCode: number): Promise<NodeJS.ProcessEnv> {
  for (const opener of ['xdg-open', 'open']) {
    await writeFile(join(desktop, opener), `#!/bin/sh\necho "$1" > ${desktop}/asked\nexit ${exitCode}\n`);
    await chmod(join(desktop, opener), 0o755);
  }
  return { PATH: `${desktop}:${process.env['PATH']}` };
}
const asked = () => readFile(join(desktop, 'asked'), 'utf8');
const address = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}/;

describe('trusted-access sandbox --open', { timeout: 60_000 }, () => {
  it('opens the page in the browser, and starts no drills', async () => {
    sandbox = await runBinary(['sandbox', '--open'], await aBrowser(0));
    await eventually(async () => expect(await asked()).toMatch(address), { timeoutMs: 30_000 });
    const { stdout } = sandbox;
    await eventually(() => expect(stdout()).toContain('Ctrl-C ends it.'), { timeoutMs: 30_000 });
    expect(stdout()).toContain(`  in a browser  ${(await asked()).trim()}\n`);
    expect(stdout()).not.toContain('Drill 1');
    expect(await sandbox.stop()).toEqual({ code: 0, signal: null });
  });

  it('prints the address where no browser can be opened', async () => {
    sandbox = await runBinary(['sandbox', '--open'], await aBrowser(3));
    const { stdout } = sandbox;
    await eventually(() => expect(stdout()).toMatch(/Could not open a browser. Open http/), {
      timeoutMs: 30_000,
    });
    expect(stdout().match(new RegExp(address, 'g'))?.length).toBeGreaterThanOrEqual(2);
  });
});

describe('trusted-access sandbox', { timeout: 60_000 }, () => {
  it('prints the address of its page, and opens nothing unasked', async () => {
    sandbox = await runBinary(['sandbox', '--drills', 'none'], await aBrowser(0));
    const { stdout } = sandbox;
    await eventually(() => expect(stdout()).toContain('Ctrl-C ends it.'), { timeoutMs: 30_000 });
    expect(stdout()).toMatch(new RegExp(`  in a browser  ${address.source}\n`));
    await expect(asked()).rejects.toThrow('ENOENT');
  });

  it('has no page with --exit', async () => {
    const { code, stdout } = await runToEnd(['sandbox', '--drills', 'none', '--exit'], await aBrowser(0));
    expect([code, stdout.includes('in a browser')]).toEqual([0, false]);
  });
});

/** The sandbox that the built executable starts, and a person's browser that looks at its page. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { type Binary, runBinary } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';
import { toolPath } from '../harness/program.ts';

export interface Fixture extends AsyncDisposable {
  readonly sandbox: Binary;
  /** With its key. */
  readonly address: string;
  /** The folder of manifests. */
  readonly folder: string;
  /** A page of its own, as in a new window. */
  open(options?: BrowserContextOptions, address?: string): Promise<Page>;
  /** What a person with the developer tools open would find wrong: errors, and requests that leave this machine. */
  complaints(): readonly string[];
}

/** Opens no page yet. */
export async function openFixture(args: readonly string[] = ['--drills', 'none']): Promise<Fixture> {
  const sandbox = await runBinary(['sandbox', '--json', ...args]);
  const opened = await sandbox.waitForLine(({ what }) => what === 'opened', { timeoutMs: 30_000 });
  const [address, folder] = [opened['page'], opened['manifests']].map(String);
  if (!address?.startsWith('http') || folder === undefined)
    throw new Error(`no page: ${JSON.stringify(opened)}`);
  await allSettled(sandbox);
  const browser = await launch();
  const complaints: string[] = [];
  return {
    sandbox,
    address,
    folder,
    complaints: () => complaints,
    async open(options = {}, its = address) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      watch(context, complaints);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(its);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await sandbox.stop();
    },
  };
}

/** Both resources are as declared: what follows is what the test does. */
async function allSettled(sandbox: Binary): Promise<void> {
  const settled = () =>
    new Set(sandbox.lines().flatMap(({ what, resource }) => (what === 'settled' ? [resource] : [])));
  await eventually(
    () => {
      if (settled().size < 2) throw new Error(`settled: ${[...settled()].join(', ')}`);
    },
    { timeoutMs: 30_000, what: 'both resources to be as declared' },
  );
}

async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: await toolPath('chromium'),
    // The only pages it sees are our own; and no name resolves, so that nothing can leave this machine unseen.
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
  });
}

function watch(context: BrowserContext, complaints: string[]): void {
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'http:' || hostname !== '127.0.0.1') complaints.push(`request to ${request.url()}`);
  });
  context.on('weberror', (error) => complaints.push(`error: ${error.error().message}`));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
}

/** The one sentence that says how things stand; screen readers speak it. */
export const noticesOf = (page: Page) =>
  page.getByRole('region', { name: 'What happened' }).getByRole('status');

/** Waits until the news is like that. */
export async function receives(page: Page, wanted: RegExp): Promise<void> {
  await noticesOf(page).filter({ hasText: wanted }).waitFor({ timeout: 60_000 });
}

export const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

/** Does something, and waits until the timeline tells that it was put right: one time more than before. */
export async function putRight(page: Page, act: () => Promise<unknown>): Promise<string> {
  const corrections = page.locator('td.corrected');
  const before = await corrections.count();
  await act();
  await corrections.nth(before).waitFor({ state: 'attached', timeout: 60_000 });
  return (await noticesOf(page).textContent()) ?? '';
}

/** How changes are heard now, in the page's head. */
export const eventSources = (page: Page, words: 'Event-driven' | 'Polling only') =>
  page.getByRole('banner').getByText(words).waitFor({ timeout: 30_000 });

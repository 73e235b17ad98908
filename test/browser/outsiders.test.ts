import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventSources, type Fixture, openFixture, press, putRight, receives } from './fixture.ts';

let fixture: Fixture;
let page: Page;
beforeAll(async () => {
  fixture = await openFixture();
  page = await fixture.open();
  await eventSources(page, 'Event-driven');
});
afterAll(() => fixture?.[Symbol.asyncDispose]());
afterEach(() => expect(fixture.complaints()).toEqual([]));

const step = (name: string) =>
  page
    .getByRole('list', { name: 'From the change to its correction' })
    .getByRole('listitem')
    .filter({ hasText: name });
const account = (name: string) =>
  page.getByRole('region', { name: 'Actual state' }).getByRole('listitem').filter({ hasText: name });
const condition = (type: string) =>
  page.getByRole('region', { name: 'Desired state' }).getByRole('listitem').filter({ hasText: type });
const words = (locator: ReturnType<typeof step>) => locator.textContent();

describe('an outside user', { timeout: 120_000 }, () => {
  it('finds everything in sync', async () => {
    await receives(page, /^In sync\./);
    expect(await words(account('identity'))).toContain('administers IAM Identity Center');
    expect(await words(condition('Ready'))).toContain('True, InSync');
    await page.getByText('Trusted access enabled').waitFor();
  });

  it.each([
    ['Disable access', 'alice', 'Access disabled', 'Enable trusted access'],
    ['Swap administrator', 'bob', 'Administrator replaced', 'administrator 444444444444 by 222222222222'],
    ['Remove administrator', 'bob', 'Administrator removed', 'Register 222222222222'],
  ])('%s: the page shows event, actor and correction', async (button, who, drift, action) => {
    const notices = await putRight(page, () => press(page, button));
    expect(notices).toMatch(
      new RegExp(
        `^Corrected [\\d.]+ s after the change by ${who}@example\\.com \\(AdministratorAccess\\)\\.$`,
      ),
    );
    expect(await words(step('Changed in AWS'))).toContain(who === 'bob' ? 'Bob' : 'Alice');
    expect(await words(step('Detected'))).toContain(
      `The event arrived through the queue. ${drift}, by ${who}@example.com`,
    );
    expect(await words(step('Corrected'))).toContain(action);
    expect(await words(step('Verified'))).toContain('AWS matches the desired state.');
    await account('identity').getByText('administers IAM Identity Center').waitFor();
    await page.getByText('Trusted access enabled').waitFor();
    await page.getByText('until detected').waitFor();
  });

  it('a stranger is registered beside the administrator of another service', async () => {
    await page.getByRole('radio', { name: 'IAM Access Analyzer' }).check();
    const notices = await putRight(page, () => press(page, 'Add administrator'));
    expect(notices).toMatch(/^Corrected .* by alice@example\.com \(AdministratorAccess\)\.$/);
    expect(await words(step('Corrected'))).toContain('Deregister the delegated administrator 444444444444');
    await account('security').getByText('administers IAM Access Analyzer').waitFor();
    await page.getByRole('radio', { name: 'IAM Identity Center' }).check();
    expect(await page.getByRole('button', { name: 'Add administrator' }).count()).toBe(0);
  });

  it('AWS throttles: what was received waits, and is corrected when AWS answers again', async () => {
    await press(page, 'Throttle everything');
    await press(page, 'Remove administrator');
    await receives(page, /^Change .*detected by event after [\d.]+ s\./);
    await press(page, 'Remove administrator');
    await page.getByText('It has no delegated administrator now.').waitFor();
    await account('identity').getByText('declared, not registered').waitFor();
    const notices = await putRight(page, () => press(page, 'Stop throttling'));
    expect(notices).toMatch(/^Corrected .* by bob@example\.com \(AdministratorAccess\)\.$/);
  });

  it('the queue is broken: nothing is received, it is found by looking, and received again when it is mended', async () => {
    await press(page, 'Break the queue');
    await eventSources(page, 'Polling only');
    await condition('EventDriven').getByText('False, PollingOnly').waitFor();
    expect(await putRight(page, () => press(page, 'Disable access'))).toMatch(/^Corrected/);
    expect(await words(step('Detected'))).toContain('No event arrived; a resync detected it');
    await press(page, 'Repair the queue');
    await eventSources(page, 'Event-driven');
  });

  it('the account of the administrator is closed: the operator says so, until it is open again', async () => {
    await press(page, 'Close the account identity');
    await receives(page, /^Not corrected: account not active\.$/);
    await page
      .getByText(/^Account 222222222222 is CLOSED/)
      .first()
      .waitFor();
    expect(await words(account('identity'))).toContain('closed');
    expect(await words(step('Stalled'))).toContain('AccountNotActive');
    await press(page, 'Reopen the account identity');
    await condition('Ready').getByText('True, InSync').waitFor({ timeout: 60_000 });
  });

  it('each line can be read, and the terminal reports the same', async () => {
    await page.getByText('Full timeline').click();
    const rows = page.getByRole('table').getByRole('row');
    await rows.filter({ hasText: 'alice disables trusted access in the console' }).first().waitFor();
    const shown = (await page.getByRole('table').locator('td:nth-child(2)').allTextContents()).toReversed();
    const reported = fixture.sandbox.lines().flatMap(({ what, at }) => (at === undefined ? [] : [what]));
    expect(shown).toEqual(reported);
  });
});

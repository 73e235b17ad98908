/** The page keeps its layout in every state that its documentation invites to. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { eventSources, type Fixture, noticesOf, openFixture, press, putRight, receives } from './fixture.ts';
import { faultsOf, linesOf } from './layout.ts';

const widths = [390, 768, 1440] as const;
/** SCREENSHOTS=folder keeps the pictures, for people to look at. */
const folder = process.env['SCREENSHOTS'];

let fixture: Fixture;
let page: Page;
beforeAll(async () => {
  fixture = await openFixture();
  page = await fixture.open({ reducedMotion: 'reduce' });
  await eventSources(page, 'Event-driven');
  if (folder !== undefined) await mkdir(folder, { recursive: true });
});
afterAll(() => fixture?.[Symbol.asyncDispose]());
afterEach(() => expect(fixture.complaints()).toEqual([]));

/** The faults of the page as it is now, at each width, light and dark. */
async function faultsNow(state: string): Promise<string[]> {
  const faults: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const where = `${width} px, ${colorScheme}`;
      const picture = await page.screenshot({ fullPage: true });
      if (folder !== undefined)
        await writeFile(join(folder, `${state}-${width}-${colorScheme}.png`), picture);
      faults.push(...(await faultsOf(page)).map((fault) => `${where}: ${fault}`));
    }
    const lines = await linesOf(page, '#news');
    if (lines > 3) faults.push(`${width} px: the headline takes ${lines} lines`);
  }
  return faults;
}

describe('The page of the sandbox', { timeout: 120_000 }, () => {
  it('holds its layout while everything is in sync', async () => {
    expect(await faultsNow('calm')).toEqual([]);
  });

  it('holds its layout while drift waits for AWS, with the timeline open', async () => {
    await page.getByText('Full timeline').click();
    await press(page, 'Throttle everything');
    await press(page, 'Remove administrator');
    await receives(page, /detected by event after/);
    expect(await faultsNow('drift')).toEqual([]);
    await putRight(page, () => press(page, 'Stop throttling'));
  });

  it('holds its layout while the queue is broken', async () => {
    await press(page, 'Break the queue');
    await eventSources(page, 'Polling only');
    expect(await faultsNow('queue')).toEqual([]);
    await press(page, 'Repair the queue');
    await eventSources(page, 'Event-driven');
  });

  it('holds its layout while an invalid manifest is refused', async () => {
    const editor = page.getByRole('textbox', { name: 'sso.yaml' });
    await editor.fill((await editor.inputValue()).replace('222222222222', '22'));
    await press(page, 'Apply');
    await page.getByText('Not applied').waitFor();
    expect(await faultsNow('invalid')).toEqual([]);
    await press(page, 'Revert');
  });

  it('holds its layout while another manager keeps undoing the declared state', async () => {
    const contended = page.getByRole('region', { name: 'Desired state' }).getByText('Contended').first();
    const corrections = page.locator('td.corrected');
    for (let round = 0; round < 6 && !(await contended.isVisible()); round += 1) {
      const before = await corrections.count();
      await press(page, 'Swap administrator');
      await eventually(async () => {
        if (!(await contended.isVisible())) expect(await corrections.count()).toBeGreaterThan(before);
      });
    }
    await contended.waitFor();
    expect(await faultsNow('contended')).toEqual([]);
  });

  it('shows the result of a button without scrolling on a phone, and no keyboard shortcut', async () => {
    const phone = await fixture.open({
      viewport: { width: 390, height: 844 },
      ...{ hasTouch: true, isMobile: true, reducedMotion: 'reduce' },
    });
    await eventSources(phone, 'Event-driven');
    expect(await phone.getByText('Ctrl+Enter').isVisible()).toBe(false);
    for (const button of ['Throttle everything', 'Stop throttling', 'Disable access']) {
      await phone.getByRole('button', { name: button }).tap();
      await eventually(async () => {
        const box = await noticesOf(phone).boundingBox();
        expect(box?.y).toBeGreaterThanOrEqual(0);
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
      });
      expect(await faultsOf(phone)).toEqual([]);
    }
    if (folder !== undefined) await phone.screenshot({ path: join(folder, 'phone.png') });
    await phone.context().close();
  });
});

/** Whoever comes to the page can use it: by keyboard, by ear, in the dark, on a small screen. */
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventSources, type Fixture, openFixture, press, putRight } from './fixture.ts';

const axe = createRequire(import.meta.url).resolve('axe-core');

let fixture: Fixture;
/** Of its own for each: the same done three times in ten minutes is contention, and another story. */
function aSandbox(): void {
  beforeAll(async () => {
    fixture = await openFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());
  afterEach(() => expect(fixture.complaints()).toEqual([]));
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds wrong by WCAG 2.2 AA and its own best practices. */
async function violations(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`)) as {
    readonly violations: readonly Violation[];
    readonly passes: readonly unknown[];
  };
  expect(found.passes.length).toBeGreaterThan(20);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}

/** A page with axe in it, which the page's own rules would keep out of it. */
async function examined(options: Parameters<Fixture['open']>[0]): Promise<Page> {
  const page = await fixture.open({ ...options, bypassCSP: true });
  await eventSources(page, 'Event-driven');
  await page.addScriptTag({ path: axe });
  return page;
}

const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  aSandbox();
  it.each([1280, 320])(
    'the page shows everything readable and within reach, %i pixels wide',
    { timeout: 120_000 },
    async (width) => {
      const page = await examined({ colorScheme, viewport: { width, height: 800 } });
      expect(await violations(page)).toEqual([]);
      await press(page, 'Break the queue');
      await eventSources(page, 'Polling only');
      expect(await violations(page)).toEqual([]);
      await press(page, 'Repair the queue');
      await eventSources(page, 'Event-driven');
      await putRight(page, () => press(page, 'Disable access'));
      await page.getByText('Full timeline').click();
      const editor = page.getByRole('textbox');
      await editor.fill((await editor.inputValue()).replace('222222222222', '22'));
      await press(page, 'Apply');
      await page.getByText('Not applied').waitFor();
      await press(page, 'Close the account workloads');
      await page.getByRole('button', { name: 'Reopen the account workloads' }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(overflow)).toBe(0);
      await press(page, 'Reopen the account workloads');
      await page.getByRole('button', { name: 'Close the account workloads' }).waitFor();
      await page.context().close();
    },
  );
});

describe('at a desk', () => {
  aSandbox();
  it('everything is done by keyboard alone, and the focus is always seen', { timeout: 120_000 }, async () => {
    const page = await fixture.open();
    await eventSources(page, 'Event-driven');
    const focused = () =>
      page.evaluate(`(() => {
      const element = document.activeElement;
      const shown = [element, element.nextElementSibling, element.parentElement].filter(Boolean);
      const ring = shown.some((each) => parseFloat(getComputedStyle(each).outlineWidth) >= 2 && getComputedStyle(each).outlineStyle !== 'none');
      return { name: (element.labels?.[0] ?? element).textContent.trim(), ring };
    })()`) as Promise<{ readonly name: string; readonly ring: boolean }>;
    const order: string[] = [];
    const tabTo = async (wanted: string) => {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press('Tab');
        const { name, ring } = await focused();
        expect(ring, `${name} shows its focus`).toBe(true);
        order.push(name);
        if (name.includes(wanted)) return;
      }
      throw new Error(`${wanted} cannot be reached: ${order.join(' → ')}`);
    };
    await tabTo('IAM Identity Center');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('textbox', { name: 'access-analyzer.yaml' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await tabTo('Swap administrator');
    expect(await putRight(page, () => page.keyboard.press('Enter'))).toMatch(
      /^Corrected .* by bob@example\.com \(AdministratorAccess\)\.$/,
    );
    expect((await focused()).name).toContain('Swap administrator');
    await tabTo('Break the queue');
    await page.keyboard.press('Space');
    await eventSources(page, 'Polling only');
    expect((await focused()).name).toContain('Repair the queue');
    await page.keyboard.press('Space');
    await eventSources(page, 'Event-driven');
    await tabTo('Full timeline');
    await page.keyboard.press('Enter');
    await page.getByRole('table').waitFor();
    await tabTo('sso.yaml');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('  wrong: 1\n');
    await tabTo('Apply');
    await page.keyboard.press('Enter');
    await page.getByText('unknown field "spec.wrong"').waitFor();
    await tabTo('Revert');
    await page.keyboard.press('Enter');
    await tabTo('Close the account identity');
    await page.context().close();
  });

  it('a viewer who prefers reduced motion sees none', async () => {
    const page = await fixture.open({ reducedMotion: 'reduce' });
    await press(page, 'Throttle everything');
    await press(page, 'Disable access');
    await page.getByText('Trusted access disabled').waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    await putRight(page, () => press(page, 'Stop throttling'));
  });

  describe('who may see it', () => {
    it('a viewer without the key of the address sees nothing', async () => {
      const page = await fixture.open({}, fixture.address.replace(/#.*/, ''));
      await page
        .getByText('The key is missing or wrong: open the address that the sandbox printed.')
        .waitFor();
      expect(await page.getByRole('button').count()).toBe(0);
      expect(fixture.complaints()).toEqual([expect.stringContaining('401')]);
      (fixture.complaints() as string[]).length = 0;
    });

    it('a reload keeps the key', async () => {
      const page = await fixture.open();
      await eventSources(page, 'Event-driven');
      await page.reload();
      await eventSources(page, 'Event-driven');
    });
  });

  it('when the sandbox ends it ends at once, and the page says so', async () => {
    const page = await examined({});
    const began = performance.now();
    const exit = await fixture.sandbox.stop(10_000);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(8_000);
    await page.getByText('The sandbox has ended. This page shows its last state.').waitFor();
    expect(await page.getByRole('button', { name: 'Disable access' }).isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
  });
});

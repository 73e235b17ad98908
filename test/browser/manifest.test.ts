import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { eventSources, type Fixture, openFixture, press, receives } from './fixture.ts';

let fixture: Fixture;
let page: Page;
let original: string;
beforeAll(async () => {
  fixture = await openFixture();
  page = await fixture.open();
  await eventSources(page, 'Event-driven');
  original = await onDisk();
});
afterAll(() => fixture?.[Symbol.asyncDispose]());
afterEach(() => expect(fixture.complaints()).toEqual([]));

const path = () => join(fixture.folder, 'sso.yaml');
const onDisk = () => readFile(path(), 'utf8');
const editor = () => page.getByRole('textbox', { name: 'sso.yaml' });
const alert = () => page.getByRole('region', { name: 'Manifest' }).getByRole('alert');

describe('the manifest', { timeout: 120_000 }, () => {
  it('is the file of the folder', async () => {
    expect(await editor().inputValue()).toBe(original);
  });

  it('is refused in the words of the CRD, with its line, and nothing is lost', async () => {
    const wrong = original.replace('222222222222', '22');
    await editor().fill(wrong);
    await press(page, 'Apply');
    await alert().getByText('Not applied. The previous manifest stays in effect.').waitFor();
    expect(await alert().getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^sso\.yaml:8: spec\.delegatedAdministrators\[0\]: Invalid value: "22"/),
    ]);
    expect(await editor().getAttribute('aria-invalid')).toBe('true');
    expect(await editor().inputValue()).toBe(wrong);
    expect(await onDisk()).toBe(original);
  });

  it('keeps what was typed while another resource is read', async () => {
    await page.getByRole('radio', { name: 'IAM Access Analyzer' }).check();
    expect(await page.getByRole('textbox', { name: 'access-analyzer.yaml' }).inputValue()).toContain(
      '333333333333',
    );
    await page.getByRole('radio', { name: 'IAM Identity Center' }).check();
    expect(await editor().inputValue()).toContain('["22"]');
  });

  it('goes back to what the file has', async () => {
    await press(page, 'Revert');
    expect(await editor().inputValue()).toBe(original);
    expect(await alert().textContent()).toBe('');
  });

  it('is applied, reconciled and verified', async () => {
    await editor().fill(original.replace('222222222222', '444444444444'));
    await editor().press('Control+Enter');
    await page.getByText('Applied sso.yaml.').waitFor();
    await receives(page, /^In sync [\d.]+ s after the manifest was read\.$/);
    const workloads = page.getByRole('listitem').filter({ hasText: 'workloads' });
    await workloads.getByText('administers IAM Identity Center').waitFor();
    expect(await onDisk()).toContain('444444444444');
  });

  it('is in sync when it changes nothing in AWS', async () => {
    await editor().fill((await onDisk()).replace('10s', '20s'));
    await press(page, 'Apply');
    await receives(page, /^The manifest changed\. AWS already matches it\.$/);
  });

  it('follows an edit on disk, and does not overwrite one unasked', async () => {
    await writeFile(path(), original);
    await eventually(async () => expect(await editor().inputValue()).toBe(original));
    const mine = original.replace('10s', '15s');
    await editor().fill(mine);
    await writeFile(path(), `${original}# by another hand\n`);
    await press(page, 'Apply');
    await alert().getByText('sso.yaml changed on disk').waitFor();
    expect(await editor().inputValue()).toBe(mine);
    expect(await onDisk()).toContain('by another hand');
    await press(page, 'Apply');
    await page.getByText('Applied sso.yaml.').waitFor();
    expect(await onDisk()).toBe(mine);
  });
});

import { expect, it } from 'vitest';
import { showInBrowser } from '../../../sandbox/page/showInBrowser.ts';

const address = 'http://127.0.0.1:1234/#key';

it.each([
  ['linux', ['xdg-open', address]],
  ['freebsd', ['xdg-open', address]],
  ['darwin', ['open', address]],
  ['win32', ['cmd', '/c', 'start', '', address]],
] as const)('the browser is opened with the program of %s', async (platform, wanted) => {
  const launched: string[][] = [];
  const shown = await showInBrowser(address, platform, async (command, args) => {
    launched.push([command, ...args]);
  });
  expect([shown, launched]).toEqual([true, [wanted]]);
});

it('where there is no way to open one, it says so instead of failing', async () => {
  expect(await showInBrowser(address, 'linux', () => Promise.reject(new Error('ENOENT')))).toBe(false);
});

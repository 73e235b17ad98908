import icon from './client/icon.svg?text';
import script from './client/main.ts?text';
import style from './client/page.css?text';
import html from './client/page.html?text';

export interface Asset {
  readonly type: string;
  readonly text: string;
}

/** What the page is made of, by path. */
export const assets: Readonly<Record<string, Asset>> = {
  '/': { type: 'text/html; charset=utf-8', text: html },
  '/page.css': { type: 'text/css; charset=utf-8', text: style },
  '/page.js': { type: 'text/javascript; charset=utf-8', text: script },
  '/icon.svg': { type: 'image/svg+xml', text: icon },
};

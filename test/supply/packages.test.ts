import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): unknown => JSON.parse(readFileSync(resolve(root, file), 'utf8'));

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.looseObject({
        version: z.string().optional(),
        integrity: z.string().optional(),
        license: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
        dev: z.boolean().optional(),
        link: z.boolean().optional(),
        inBundle: z.boolean().optional(),
      }),
    ),
  })
  .parse(read('package-lock.json'));
const manifest = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(read('package.json'));

const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ name: path.replace(/^.*node_modules\//, ''), path, ...entry }));
const namesOf = (chosen: typeof packages) => [...new Set(chosen.map(({ name }) => name))].sort();

/** Licences that let the image be given to anybody with nothing but their texts. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
  'PSF-2.0',
]);

it('runs a script at installation of no package but those that are known', () => {
  const scripted = namesOf(packages.filter(({ hasInstallScript }) => hasInstallScript));
  expect(scripted).toEqual(Object.keys(manifest.allowScripts).sort());
  expect(packages.filter(({ hasInstallScript, dev }) => hasInstallScript && !dev)).toEqual([]);
});

it('names each dependency by one exact version, with its hash', () => {
  const wanted = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(packages.filter(({ integrity, link }) => !link && !integrity?.startsWith('sha512-'))).toEqual([]);
});

it('ships no package whose licence asks for more than its text', () => {
  const asksMore = packages.filter(({ dev, license = '' }) => {
    const terms = license.replaceAll(/[()]/g, '').split(/ (?:AND|OR) /);
    return !dev && !terms.every((term) => permissive.has(term));
  });
  expect(asksMore.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});

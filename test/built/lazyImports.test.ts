/** A module that is loaded on demand is first loaded in a user's hands, unless a test loads it from the bundle. */
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../docs/documents.ts';
import { runProgram } from '../harness/program.ts';
import { bundledImports, lazyImports, missing } from './lazyImports.ts';

const inSource = globSync('{src,sandbox}/**/*.ts', { cwd: root })
  .filter((file) => !file.includes('/browser/page/'))
  .flatMap((file) =>
    lazyImports(readFileSync(join(root, file), 'utf8')).map((found) => ({ file, ...found })),
  );
const inBundle = bundledImports();
const chunks = [...new Set(inBundle.map(({ chunk }) => chunk))];

/** Names of each chunk's exports that have a value, or what went wrong when Node.js loaded it. */
let loaded: Readonly<Record<string, readonly string[] | string>>;
beforeAll(async () => {
  const script = `
    const loaded = {};
    for (const chunk of ${JSON.stringify(chunks)}) {
      loaded[chunk] = await import(chunk).then(
        (module) => Object.keys(module).filter((name) => module[name] !== undefined),
        (error) => String(error.stack),
      );
    }
    console.log(JSON.stringify(loaded));`;
  const node = join(root, 'node_modules/.bin/node');
  const { stdout, stderr, code } = await runProgram(node, ['--input-type=module', '--eval', script], {
    timeoutMs: 100_000,
  });
  expect(code, stderr).toBe(0);
  loaded = JSON.parse(stdout);
});

const exportsOf = (chunk: string): readonly string[] => {
  const found = loaded[chunk];
  if (!Array.isArray(found)) throw new Error(`${chunk} cannot be loaded: ${found}`);
  return found;
};
const chunkOf = (file: string, line: number) =>
  inBundle.find((each) => each.source === file && each.line === line)?.chunk;

describe('The bundle', () => {
  it.each(inSource.map((each) => [`${each.specifier} at ${each.file}:${each.line}`, each] as const))(
    'has a chunk for %s with every export that the source uses',
    (_, { file, line, names }) => {
      expect(
        names,
        'lazyImports.ts does not know this form of import(): name the exports',
      ).not.toBeUndefined();
      const chunk = chunkOf(file, line);
      expect(chunk, 'dist has no such import(); run make build').toBeDefined();
      expect(missing(names ?? [], exportsOf(chunk ?? ''))).toEqual([]);
    },
  );

  it('loads every module that its packages load on demand, with the exports they use', () => {
    const ofPackages = inBundle.filter(({ source }) => source.includes('node_modules/'));
    expect(ofPackages.length).toBeGreaterThan(20);
    expect(ofPackages.flatMap(({ names, chunk }) => missing(names, exportsOf(chunk)))).toEqual([]);
  });

  it('gives modules of Node.js that are loaded on demand their named exports', () => {
    const ofNode = chunks.flatMap((chunk) => {
      const [, name] = /\/node_(\w+)-\w+\.mjs$/.exec(chunk) ?? [];
      const module = builtinModules.find((each) => each.replaceAll('/', '_') === name);
      return module === undefined ? [] : [{ chunk, module }];
    });
    expect(ofNode.length).toBeGreaterThan(1);
    const wanted = { http: ['request', 'Agent'], async_hooks: ['AsyncLocalStorage'] };
    expect(ofNode.map(({ module }) => module)).toEqual(expect.arrayContaining(Object.keys(wanted)));
    for (const { chunk, module } of ofNode) {
      const names = Object.entries(wanted).find(([name]) => name === module)?.[1];
      expect(names, `say here which exports of node:${module} are used`).toBeDefined();
      expect(missing(names ?? [], exportsOf(chunk)), module).toEqual([]);
    }
  });

  it('has no dynamic import that the source and the packages do not have', () => {
    const known = new Set(inSource.map(({ file, line }) => `${file}:${line}`));
    const strangers = inBundle
      .filter(({ source, line }) => !source.includes('node_modules/') && !known.has(`${source}:${line}`))
      .map(({ source, line }) => `${source}:${line}`);
    expect(strangers).toEqual([]);
  });

  it('finds the export of pino-pretty that Node.js has and the bundle lacks', () => {
    const [old] = lazyImports("const { PinoPretty } = await import('pino-pretty');");
    const logger = inSource.find(({ specifier }) => specifier === 'pino-pretty');
    const chunk = chunkOf(logger?.file ?? '', logger?.line ?? 0) ?? '';
    expect(missing(old?.names ?? [], exportsOf(chunk))).toEqual(['PinoPretty']);
  });
});

describe('The scan for dynamic imports', () => {
  it.each([
    ["const { A, default: b } = await import('x');", ['A', 'default']],
    ["(await import('x')).run()", ['run']],
    ["const sdk = await import('x');\nnew sdk.Client(other.sdk.no);", ['Client']],
    [
      "type X = typeof import('x');\nconst load = () => import('x');\nconst f = (x: X) => x.plan();",
      ['plan'],
    ],
    ["const load = () => import('x');", undefined],
    ["import('x').then((all) => all.one);", undefined],
  ])('reads of %j the exports %j', (text, names) => {
    expect(lazyImports(text).map((each) => each.names)).toEqual([names]);
  });
});

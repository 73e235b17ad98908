/** Bundles the executable: src/main.ts and what it loads on demand, into dist/. */
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const startedAt = performance.now();
await rm('dist', { recursive: true, force: true });
const result = await build({
  entryPoints: { 'trusted-access': 'src/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // The packages' ES modules: smaller once what is not used is left out.
  mainFields: ['module', 'main'],
  target: 'node22.19',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  legalComments: 'none',
  // Packages that still use require() find it.
  banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  logLevel: 'warning',
});
const bytes = Object.entries(result.metafile.outputs)
  .filter(([file]) => !file.endsWith('.map'))
  .reduce((sum, [, { bytes }]) => sum + bytes, 0);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(
  `dist/trusted-access.mjs and its chunks: ${(bytes / 1e6).toFixed(1)} MB in ${seconds} s\n`,
);

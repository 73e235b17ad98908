/** Bundles the executable: src/main.ts and what it loads on demand, into dist/. */
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { lazyBuiltins, leanPackages } from './lean.ts';

/**
 * The Kubernetes client is one package with a model of every kind there is, and does not say that its modules
 * have no side effects. They have none that the executable needs, so what is not used may be left out.
 */
const leanKubernetesClient: Plugin = {
  name: 'lean-kubernetes-client',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\.|^@kubernetes\/client-node/ }, async ({ path, pluginData, ...rest }) => {
      const isClient = path.startsWith('@kubernetes/') || rest.importer.includes('@kubernetes/client-node');
      if (!isClient || pluginData === 'resolved') return undefined;
      const resolved = await resolve(path, { ...rest, pluginData: 'resolved' });
      return { ...resolved, sideEffects: false };
    });
  },
};

/**
 * `import text from './file?text'`: what a web page is made of, as text in the bundle; a TypeScript file as the script
 * that browsers run.
 */
const asText: Plugin = {
  name: 'as-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -'?text'.length)),
      namespace: 'as-text',
    }));
    onLoad({ filter: /\.(ts|css)$/, namespace: 'as-text' }, async ({ path }) => {
      const page = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        minify: true,
        target: ['chrome110', 'firefox115', 'safari16.4'],
        legalComments: 'none',
      });
      return { contents: page.outputFiles[0]?.text ?? '', loader: 'text' };
    });
    onLoad({ filter: /.*/, namespace: 'as-text' }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'text',
    }));
  },
};

const startedAt = performance.now();
// Made beside the old one, which works until the new one is complete.
const unfinished = `dist.${process.pid}.new`;
const result = await build({
  entryPoints: { 'trusted-access': 'src/main.ts' },
  outdir: unfinished,
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
  plugins: [lazyBuiltins, leanPackages, leanKubernetesClient, asText],
  metafile: true,
  legalComments: 'none',
  // Packages that still use require() find it.
  banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  logLevel: 'warning',
});
const replaced = `dist.${process.pid}.old`;
await rename('dist', replaced).catch(() => undefined);
await rename(unfinished, 'dist');
await rm(replaced, { recursive: true, force: true });
const bytes = Object.entries(result.metafile.outputs)
  .filter(([file]) => !file.endsWith('.map'))
  .reduce((sum, [, { bytes }]) => sum + bytes, 0);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(
  `dist/trusted-access.mjs and its chunks: ${(bytes / 1e6).toFixed(1)} MB in ${seconds} s\n`,
);

/** What a package brings and the executable has no use for, left out of the bundle: each costs memory for good. */
import { builtinModules, createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

interface Replacement {
  readonly what: RegExp;
  /** The package that asks for it. */
  readonly importer: RegExp;
  readonly by: string;
}

const unused = (...names: readonly string[]): string =>
  names
    .map((name) => `export function ${name}(){throw new Error('${name} was left out of the bundle')}`)
    .join('\n');

const replacements: readonly Replacement[] = [
  // The Kubernetes client's HTTP client: ours is node:http, and src/kubernetes/kubeConfig.ts keeps it from being made.
  {
    what: /^undici$/,
    importer: /@kubernetes.client-node/,
    by: unused('Agent', 'ProxyAgent', 'fetch', 'FormData'),
  },
  // prom-client loads it in processCpuTotal.js and does not use it there.
  { what: /^@opentelemetry\/api$/, importer: /prom-client/, by: 'export {}' },
  // Messages in forty languages; English comes with the schemas.
  { what: /\/locales\/index\.js$/, importer: /zod.v4/, by: 'export {}' },
];

export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup({ onResolve, onLoad }) {
    for (const { what, importer, by } of replacements) {
      onResolve({ filter: what }, ({ path, importer: asking }) =>
        importer.test(asking)
          ? { path, namespace: 'left-out', pluginData: by, sideEffects: false }
          : undefined,
      );
    }
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => ({ contents: pluginData }));
    // For Node.js it names its CommonJS build first, of which nothing can be left out.
    onResolve({ filter: /^rxjs$/ }, () => ({
      path: join(import.meta.dirname, '../node_modules/rxjs/dist/esm/index.js'),
      sideEffects: false,
    }));
  },
};

/** Getters of node:http that load a second HTTP client. */
const webSockets = ['WebSocket', 'CloseEvent', 'MessageEvent'];

/** A module of Node.js as an ES module, for `import()` that uses its named exports. */
function withNames(path: string): string {
  const names = Object.keys(createRequire(import.meta.url)(path)).filter(
    (name) => /^[A-Za-z_$][\w$]*$/.test(name) && ![...webSockets, 'default'].includes(name),
  );
  const constants = names.map((name) => `const ${name}_ = its.${name};`);
  const exported = names.map((name) => `${name}_ as ${name}`);
  return `const its = require(${JSON.stringify(path)});
export default its;
${constants.join('\n')}
export { ${exported.join(', ')} };`;
}

/**
 * `import` of a module of Node.js reads everything it exports, and with it loads what would be loaded when needed:
 * node:http has a getter for WebSocket that brings a second HTTP client. require() does not.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    onResolve({ filter: /^[a-z][a-z0-9_:/]*$/ }, ({ path, kind }) =>
      builtins.has(path) && kind !== 'require-call' && kind !== 'entry-point'
        ? { path, namespace: kind === 'dynamic-import' ? 'builtin-on-demand' : 'builtin', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
    onLoad({ filter: /.*/, namespace: 'builtin-on-demand' }, ({ path }) => ({ contents: withNames(path) }));
  },
};

#!/usr/bin/env node
// Kept to syntax that old versions of Node.js can read, so that they can be told what is missing.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

const bundle = new URL('../dist/trusted-access.mjs', import.meta.url);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `trusted-access needs Node.js 22.19 or newer, this is ${process.versions.node}: in a checkout, npm ci brings Node.js 24 (npx trusted-access uses it)\n`,
  );
  process.exitCode = 1;
} else if (!existsSync(fileURLToPath(bundle))) {
  process.stderr.write('trusted-access is not built yet: npm run build\n');
  process.exitCode = 1;
} else {
  // A process that mostly waits: small over fast. The optimizing compiler alone is 6 MB of code to hold in memory.
  v8.setFlagsFromString('--optimize-for-size');
  v8.setFlagsFromString('--no-opt');
  v8.setFlagsFromString('--max-semi-space-size=8');
  if (typeof module.enableCompileCache === 'function') module.enableCompileCache();
  await import(bundle.href);
}

/**
 * `make mutate FILES="plan.ts drift.ts"`: changes src/controller in every small way a mutation tool knows, one at a
 * time, and tells which of them no test of the controller notices. Works on a copy in .cache/mutate, with the tool
 * beside it: its 150 packages are nobody's dependency. Without FILES: all of src/controller, for hours.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const version = '9.6.1';
const root = resolve(import.meta.dirname, '..');
const place = join(root, '.cache', 'mutate');

const controller = 'src/controller';
const wanted = (process.env['FILES'] ?? '').split(/\s+/).filter((name) => name !== '');
const files = (wanted.length > 0 ? wanted : globSync('*.ts', { cwd: join(root, controller) })).map(
  (name) => `${controller}/${name}`,
);
const missing = files.filter((file) => globSync(file, { cwd: root }).length === 0);
if (missing.length > 0) {
  process.stderr.write(`there is no ${missing.join(', no ')}: FILES takes names of files in ${controller}\n`);
  process.exit(2);
}

function run(command: string, args: readonly string[]): number {
  return spawnSync(command, args, { cwd: place, stdio: 'inherit' }).status ?? 1;
}

const settings = {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: files,
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { logTests: false, allowColor: process.stdout.isTTY === true },
  vitest: { configFile: 'mutation.vitest.config.ts', related: false },
  // Types are not compiled here, and the tool knows no TypeScript without an API.
  tsconfigFile: 'none',
  ignoreStatic: true,
  // Milliseconds more than the tests take by themselves: on a busy machine what is slow has noticed nothing.
  timeoutMS: 20_000,
};

const tests = `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { include: ['test/controller/*.test.ts'], exclude: ['test/controller/soak.test.ts'] } });
`;

mkdirSync(place, { recursive: true });
for (const part of ['src', 'sandbox', 'test', 'package.json', 'package-lock.json', 'tsconfig.json']) {
  rmSync(join(place, part), { recursive: true, force: true });
  cpSync(join(root, part), join(place, part), { recursive: true });
}
writeFileSync(join(place, 'stryker.config.json'), JSON.stringify(settings));
writeFileSync(join(place, 'mutation.vitest.config.ts'), tests);
const installed = run('npm', [
  'install',
  '--no-save',
  '--no-audit',
  '--no-fund',
  '--ignore-scripts',
  '--loglevel=error',
  `@stryker-mutator/core@${version}`,
  `@stryker-mutator/vitest-runner@${version}`,
]);
// By this very Node.js: the copy has none of its own, as no install script ran there.
process.exitCode =
  installed ||
  run(process.execPath, [join('node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js'), 'run']);

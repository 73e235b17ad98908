/**
 * The whole check. What needs no tool built from source runs while the tools are still building; a later part starts
 * when what it needs is there. The last line on standard output is `N passed, N failed, N skipped`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { ToolName } from '../test/tools/catalogue.ts';
import { duration } from '../test/tools/progress.ts';
import { add, closingLine, failure, nothing, readReport, type Tally } from '../test/tools/tally.ts';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, '.cache', 'reports');
const modules = join(root, 'node_modules', '.bin');
const environment = { ...process.env, PATH: `${modules}${delimiter}${process.env['PATH'] ?? ''}` };
const started = performance.now();
const running = new Set<ChildProcess>();
const interrupted: { by?: NodeJS.Signals } = {};

const say = (line: string) => process.stdout.write(`[${duration(performance.now() - started)}] ${line}\n`);

/** Standard output and error of every part go to our standard output, so that the closing line comes last in any log. */
const run = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((settle) => {
    if (interrupted.by !== undefined) return settle(130);
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 1, 1] });
    running.add(child);
    const end = (code: number) => {
      running.delete(child);
      settle(code);
    };
    child.once('error', () => end(127));
    child.once('close', (code) => end(code ?? 1));
  });

const step = async (what: string, command: string, args: readonly string[]): Promise<Tally> => {
  const code = await run(command, args);
  say(code === 0 ? `${what}: ok` : `${what}: FAILED (exit code ${code})`);
  return code === 0 ? nothing : failure(`${what} failed`);
};

const tools = (names: readonly ToolName[]) =>
  step(`tools ${names.join(', ')}`, process.execPath, ['scripts/provision.ts', ...names]);

const tests = async (project: string): Promise<Tally> => {
  const report = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run('vitest', ['run', '--project', project, '--passWithNoTests', ...reporters]);
  const tally = await readReport(report, code, `${project} tests`);
  say(`${project} tests: ${closingLine(tally)}`);
  return tally;
};

const testsWith = async (project: string, ready: Promise<Tally>): Promise<Tally> => {
  const missing = await ready;
  return missing.failed > 0
    ? failure(`${project} tests did not run: their tools are missing`)
    : tests(project);
};

const everything = async (): Promise<Tally> => {
  const built = await step('build', process.execPath, ['scripts/build.ts']);
  const fromSource = tools(['kubernetes', 'etcd']);
  const fromPython = tools(['kubectl', 'moto']);
  const both = Promise.all([fromSource, fromPython]).then(([a, b]) => add(a, b));
  let tally = add(built, await step('lint', 'npm', ['run', '--silent', 'lint']));
  tally = add(tally, await tests('unit'));
  tally = add(tally, await testsWith('contract', fromPython));
  tally = add(tally, await testsWith('cluster', both));
  return add(tally, await both);
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.by = signal;
    for (const child of running) child.kill(signal);
  });
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const tally = await everything();
const total = tally.passed + tally.failed === 0 ? failure('no test ran') : tally;
for (const reason of total.reasons) say(`failure: ${reason}`);
process.stdout.write(`${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

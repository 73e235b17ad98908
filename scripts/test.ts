/**
 * The whole check. What needs no tool runs while the tools are still being made; a later part starts when what it
 * needs is there. The last line on standard output is `N passed, N failed, N skipped`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { delimiter, join, relative, resolve } from 'node:path';
import type { ToolName } from '../test/tools/catalogue.ts';
import { duration } from '../test/tools/progress.ts';
import { type RoomWithTools, roomsWithTools } from '../test/tools/projects.ts';
import { startProvisioning } from '../test/tools/provision.ts';
import { add, closingLine, failure, nothing, readReport, slowest, type Tally } from '../test/tools/tally.ts';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, '.cache', 'reports');
const programs = join(root, 'node_modules', '.bin');
const environment = {
  ...process.env,
  PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
  // A log file is read as text, even where CI=true makes the runner think of colours.
  ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
};
const started = performance.now();
const running = new Set<ChildProcess>();
/** Of each part of the whole check, in milliseconds. */
const wallTimes: [part: string, milliseconds: number][] = [];

const say = (line: string) => process.stdout.write(`[${duration(performance.now() - started)}] ${line}\n`);

/** Standard error of every part goes to our standard output too, so that the closing line comes last in any log. */
const run = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((settle) => {
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
  const began = performance.now();
  const code = await run(command, args);
  wallTimes.push([what, performance.now() - began]);
  say(code === 0 ? `${what}: ok` : `${what}: FAILED (exit code ${code})`);
  return code === 0 ? nothing : failure(`${what} failed`);
};

const testProject = async (project: string): Promise<Tally> => {
  const began = performance.now();
  const report = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run('vitest', ['run', '--project', project, ...reporters]);
  const tally = await readReport(report, code, `${project} tests`);
  wallTimes.push([`${project} tests`, performance.now() - began]);
  say(`${project} tests: ${closingLine(tally)}`);
  return tally;
};

const testRoom = async (
  room: RoomWithTools,
  tools: ReadonlyMap<ToolName, Promise<string>>,
): Promise<Tally> => {
  try {
    await Promise.all(room.tools.map((name) => tools.get(name)));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return failure(`${room.name} tests did not run, a tool is missing: ${words}`);
  }
  return testProject(room.name);
};

const inTurn = async (parts: readonly (() => Promise<Tally>)[]): Promise<Tally> => {
  let tally = nothing;
  for (const part of parts) tally = add(tally, await part());
  return tally;
};

const everything = async (): Promise<Tally> => {
  const rooms = roomsWithTools.filter(({ include }) => globSync([...include], { cwd: root }).length > 0);
  const tools = startProvisioning(
    rooms.flatMap((room) => room.tools),
    say,
  );
  let tally = await step('build', process.execPath, ['scripts/build.ts']);
  tally = add(tally, await step('lint', 'npm', ['run', '--silent', 'lint']));
  // What shares an API server or a moto mostly waits for it: it runs beside what needs the processor.
  const [shared, alone] = [
    rooms.filter(({ shares }) => shares.length > 0),
    rooms.filter(({ shares }) => shares.length === 0),
  ];
  const each = (few: readonly RoomWithTools[]) => few.map((room) => () => testRoom(room, tools));
  const [here, beside] = await Promise.all([
    inTurn([() => testProject('unit'), () => testProject('faults'), ...each(alone)]),
    inTurn(each(shared)),
  ]);
  return [tally, here, beside].reduce(add);
};

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exit(code);
  });
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const tally = await everything();
const total = tally.passed + tally.failed === 0 ? failure('no test ran') : tally;
const inSeconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1).padStart(8)} s`;
say('wall time of each part; some run side by side:');
for (const [part, milliseconds] of wallTimes) process.stdout.write(`${inSeconds(milliseconds)}  ${part}\n`);
say('slowest test files:');
for (const { file, milliseconds } of slowest(total, 10)) {
  process.stdout.write(`${inSeconds(milliseconds)}  ${relative(root, file)}\n`);
}
for (const reason of total.reasons) say(`failure: ${reason}`);
process.stdout.write(`${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

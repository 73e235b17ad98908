import { rm } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { filter, firstValueFrom, from, interval, type Observable, race, Subject, share, timer } from 'rxjs';
import type { Announcement, EventChannel } from '../controller/ports.ts';
import { createLogger } from '../telemetry/logger.ts';
import { openEarsFor } from './hearing.ts';
import { manifestsSource } from './manifestsSource.ts';
import { startOperator } from './operator.ts';
import { type Drill, drills, type Stage } from './sandbox/drills.ts';
import { allSettled, type Rehearsed, rehearse } from './sandbox/rehearsal.ts';
import { openFolder, openScene } from './sandbox/scene.ts';
import { createScreen, type Screen } from './sandbox/screen.ts';
import { nextSignal } from './signals.ts';
import { systemClock } from './systemClock.ts';

interface SandboxOptions {
  readonly drills: readonly Drill[];
  readonly exit: boolean;
  readonly json: boolean;
  readonly manifests?: string;
}

export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description(
      'a simulated AWS on loopback, the operator at work on it, and drills that somebody outside performs',
    )
    .addOption(
      new Option('--drills <names>', `all, none, or some of: ${drills.map(({ name }) => name).join(', ')}`)
        .default(drills, 'all')
        .argParser(chosen),
    )
    .option('--exit', 'end after the drills: 0 when each was put right, 1 otherwise', false)
    .option('--json', 'one JSON object a line', false)
    .option('--manifests <dir>', 'the folder to declare in; default: a new one with two resources')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples)
    .action((options: SandboxOptions) => sandbox(options));
}

const examples = `
It never reaches a real AWS or a real cluster.

Examples:
  trusted-access sandbox                          drills on a timeline; then edit the manifests and watch
  trusted-access sandbox --drills swap --exit     one drill; exit code 0 when it was put right
  trusted-access sandbox --drills all --exit --json
  trusted-access sandbox --manifests ./mine       your own manifests

Exit codes: 0 ended as asked (with --exit: every drill was put right), 1 otherwise.
`;

function chosen(text: string): readonly Drill[] {
  if (text === 'all') return drills;
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const drill = drills.find((each) => each.name === name);
    if (!drill) throw new InvalidArgumentError(`There is no drill ${name}.`);
    return drill;
  });
}

async function sandbox(options: SandboxOptions): Promise<void> {
  const told$ = new Subject<Announcement>();
  const scene = await openScene();
  const folder = await openFolder(options.manifests);
  const screen = createScreen(options.json, process.stdout);
  screen.opening(scene, folder.directory);
  const stopped = nextSignal();
  const stop$ = from(stopped).pipe(share());
  const logger = await createLogger({ level: 'error', format: 'json', to: process.stderr });
  const source = manifestsSource(folder.directory, logger);
  told$.subscribe(screen.tell);
  const ready =
    options.drills.length === 0 ? Promise.resolve(true) : allSettled(folder.resources, told$, stop$);
  const openEars = openEarsFor({ ...hearing, eventQueue: [scene.queueUrl] }, logger);
  const operator = await startOperator({
    source,
    clock: systemClock,
    random: Math.random,
    logger,
    clusterName: hearing.clusterName,
    concurrency: 4,
    health: 'off',
    metrics: 'off',
    openEars(surroundings) {
      const ears = openEars(surroundings);
      ears.wakeUps$.subscribe(screen.heard);
      return ears;
    },
    recorders: [{ announce: (announcement) => told$.next(announcement) }],
    grace: 5_000,
  });
  const stage: Stage = {
    ...scene,
    note: screen.note,
    driven: (wanted) => untilDriven(operator.channel, wanted, stop$),
  };
  const performing = perform(options, stage, { told$, stop$ }, screen, ready);
  const results = await Promise.race([performing, stopped.then(() => undefined)]);
  if (results && options.exit) {
    process.exitCode =
      results.length === options.drills.length && results.every(({ corrected }) => corrected) ? 0 : 1;
  } else if (results) {
    screen.watching(scene, folder.directory);
    await stopped;
  }
  await operator.stop();
  await scene.stop();
  if (folder.own) await rm(folder.directory, { recursive: true, force: true });
}

/** Heartbeats follow each other fast, so that what breaks is noticed while somebody watches. */
const hearing = { clusterName: 'sandbox', heartbeatInterval: 1_000, eagerHeartbeatInterval: 500 };

async function untilDriven(
  channel: EventChannel,
  wanted: boolean,
  stop$: Observable<unknown>,
): Promise<void> {
  const reached$ = interval(50).pipe(filter(() => channel.state()?.driven === wanted));
  await firstValueFrom(race(reached$, stop$));
}

async function perform(
  { drills: asked }: SandboxOptions,
  stage: Stage,
  { told$, stop$ }: { told$: Observable<Announcement>; stop$: Observable<unknown> },
  screen: Screen,
  ready: Promise<boolean>,
): Promise<Rehearsed[]> {
  const results: Rehearsed[] = [];
  if (asked.length === 0 || !(await ready)) return results;
  await stage.driven(true);
  for (const [index, drill] of asked.entries()) {
    // For eyes to follow, and for AWS's rates to have room again, as they would on another day.
    const left = await firstValueFrom(race(timer(2_500), stop$));
    if (left !== 0) break;
    screen.begin(drill, index + 1, asked.length);
    const result = await rehearse(drill, stage, told$, stop$);
    screen.end(result);
    results.push(result);
  }
  screen.summary(results);
  return results;
}

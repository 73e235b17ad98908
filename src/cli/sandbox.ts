import { rm } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { from, share } from 'rxjs';
import { type Drill, drills } from '../../sandbox/drills/drills.ts';
import { allInSync } from '../../sandbox/drills/runDrill.ts';
import { runDrills } from '../../sandbox/drills/runDrills.ts';
import { openFolder, openScenario } from '../../sandbox/drills/scenario.ts';
import { createScreen } from '../../sandbox/drills/screen.ts';
import { type StartedOperator, startOnScenario } from '../../sandbox/drills/startOperator.ts';
import { createTimeline } from '../../sandbox/drills/timeline.ts';
import type { Page, PageOptions } from '../../sandbox/page/openPage.ts';
import { showInBrowser } from '../../sandbox/page/showInBrowser.ts';
import { createLogger } from '../telemetry/logger.ts';
import { manifestsSource } from './manifestsSource.ts';
import { endedByPipe, whenOutputEnds } from './output.ts';
import { endAfter, nextSignal } from './signals.ts';

interface SandboxOptions {
  readonly drills?: readonly Drill[];
  readonly open: boolean;
  readonly exit: boolean;
  readonly json: boolean;
  readonly manifests?: string;
}

export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description('run the operator on a simulated AWS on loopback, with drills that change AWS from outside')
    .addOption(
      new Option(
        '--drills <names>',
        `all, none, or some of: ${drills.map(({ name }) => name).join(', ')} (default: all; none with --open)`,
      ).argParser(chosen),
    )
    .option(
      '--open',
      'open the page in a browser: change AWS, edit manifests, and see the corrections',
      false,
    )
    .option(
      '--exit',
      'end after the drills; exit code 0: the operator corrected every drill, 1: it did not',
      false,
    )
    .option('--json', 'one JSON object a line', false)
    .option('--manifests <dir>', 'the folder of manifests; default: a new one with two resources')
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples)
    .action((options: SandboxOptions) => sandbox(options));
}

const examples = `
The sandbox never calls a real AWS or a real cluster. Its page is on 127.0.0.1, and needs the address that the command
prints. With --exit there is no page.

Examples:
  trusted-access sandbox                          drills on a timeline; then edit the manifests
  trusted-access sandbox --open                   make the changes yourself, in a browser
  trusted-access sandbox --drills swap --exit     one drill; exit code 0: corrected
  trusted-access sandbox --drills all --exit --json
  trusted-access sandbox --manifests ./mine       your own manifests

Exit codes: 0 ended as asked (with --exit: the operator corrected every drill), 1 otherwise.
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
  const asked = options.drills ?? (options.open ? [] : drills);
  const stopped = stopOf();
  const stop$ = from(stopped).pipe(share());
  const sharedTimeline = createTimeline(Date.now);
  const screen = createScreen(options.json, process.stdout);
  const scenario = await openScenario();
  const { directory, own, resources } = await openFolder(options.manifests);
  const logger = await createLogger({ level: 'error', format: 'json', to: process.stderr });
  const source = manifestsSource(directory, logger);
  let operator: StartedOperator | undefined;
  const channel = () => operator?.channel;
  const page = await pageFor(options, { scenario, directory, store: source.store, sharedTimeline, channel });
  try {
    const places = { scenario, directory, page: page?.address };
    screen.opening(places);
    sharedTimeline.entries$.subscribe(screen.show);
    if (page && options.open) await show(page, screen.say);
    operator = await startOnScenario({ scenario, source, logger, sharedTimeline });
    const { driven, events$: notices$ } = operator;
    const ready = asked.length === 0 ? Promise.resolve(true) : allInSync(resources, notices$, stop$);
    const fixture = { ...scenario, driven: (wanted: boolean) => driven(wanted, stop$) };
    const performing = runDrills(asked, fixture, { notices$, stop$ }, { screen, sharedTimeline }, ready);
    const results = await Promise.race([performing, stopped.then(() => undefined)]);
    if (results && options.exit) {
      const good = results.length === asked.length && results.every(({ corrected }) => corrected);
      process.exitCode = good ? 0 : 1;
    } else if (results) {
      sharedTimeline.restart();
      screen.watching(places);
      await stopped;
    }
  } finally {
    await page?.stop();
    await operator?.stop();
    await scenario.stop();
    if (own) await rm(directory, { recursive: true, force: true });
  }
}

/** Milliseconds that putting everything away may take. */
const longestEnding = 5_000;

/** A signal, or the end of whatever reads the output: either way the folder of the sandbox has to be removed. */
function stopOf(): Promise<string> {
  const unread = new Promise<string>((resolve) => {
    whenOutputEnds(() => {
      process.exitCode = endedByPipe;
      resolve('the end of its output');
    });
  });
  const stopped = Promise.race([nextSignal(), unread]);
  void stopped.then((why) => endAfter(longestEnding, `stopped by ${why}`));
  return stopped;
}

/** Who runs drills to their end looks at no page. Loaded here alone, with all that it is made of. */
async function pageFor({ exit, open }: SandboxOptions, options: PageOptions): Promise<Page | undefined> {
  if (exit && !open) return undefined;
  const { openPage } = await import('../../sandbox/page/openPage.ts');
  return openPage(options);
}

async function show({ address }: Page, say: (message: string) => void): Promise<void> {
  if (await showInBrowser(address)) return;
  say(`Could not open a browser. Open ${address} in your browser.`);
}

import { randomBytes } from 'node:crypto';
import { merge } from 'rxjs';
import {
  type EventChannel,
  metadataOf,
  type ResourceStore,
  type Stored,
} from '../../src/controller/ports.ts';
import { serviceFor } from '../../src/crds/services.ts';
import type { Entry } from '../drills/entry.ts';
import { OutsideChangeRefused } from '../drills/outsideChanges.ts';
import type { Scenario } from '../drills/scenario.ts';
import type { Timeline } from '../drills/timeline.ts';
import { assets } from './assets.ts';
import { createFeed } from './feed.ts';
import { createEditor, type Editor } from './manifests.ts';
import { createOutsiders, type Outsiders } from './outsiders.ts';
import { startPageServer } from './server.ts';
import { accountViews, resourceView, serviceViews } from './snapshot.ts';
import type { Answer, ResourceView, Snapshot } from './view.ts';

export interface PageOptions {
  readonly scenario: Scenario;
  readonly directory: string;
  readonly store: ResourceStore;
  readonly sharedTimeline: Timeline;
  readonly channel: () => EventChannel | undefined;
}

export interface Page {
  /** With the key behind the #, which browsers keep to themselves. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Entries of the timeline that the page still shows. */
const mostEntries = 300;

/** Opens the sandbox's page on loopback. */
export async function openPage(options: PageOptions): Promise<Page> {
  const { sharedTimeline, store, scenario } = options;
  let timeline: readonly Entry[] = [];
  const remembering = sharedTimeline.entries$.subscribe((entry) => {
    timeline = [...timeline, entry].slice(-mostEntries);
  });
  const editor = createEditor(options.directory, (name) => resourceOf(store.get(name)));
  const outsiders = createOutsiders({
    scenario,
    sharedTimeline,
    principalOf: (name) => resourceOf(store.get(name))?.spec.servicePrincipal,
    drill: sharedTimeline.drill,
  });
  const feed = createFeed(
    async () => look(options, editor, outsiders, timeline),
    merge(sharedTimeline.entries$, store.changes$),
  );
  const key = randomBytes(24).toString('base64url');
  const server = await startPageServer({
    assets,
    key,
    feed,
    act: (request) => answerOf(() => outsiders.makeChange(request)),
    apply: editor.apply,
  });
  return {
    address: `http://127.0.0.1:${server.port}/#${key}`,
    async stop() {
      remembering.unsubscribe();
      await server.stop();
      feed.stop();
    },
  };
}

const resourceOf = (stored: Stored | undefined) => (stored?.kind === 'Valid' ? stored.resource : undefined);

function answerOf(makeChange: () => string): Answer {
  try {
    return { done: true, message: makeChange() };
  } catch (error) {
    if (!(error instanceof OutsideChangeRefused)) throw error;
    return { done: false, message: error.message };
  }
}

/** Identity Center is what most people come for. */
function inOrder(resources: readonly ResourceView[]): ResourceView[] {
  const rank = ({ principal }: ResourceView) => (serviceFor(principal ?? '').identityCenter ? 0 : 1);
  return [...resources].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

async function look(
  { scenario, directory, store, sharedTimeline, channel }: PageOptions,
  editor: Editor,
  outsiders: Outsiders,
  timeline: readonly Entry[],
): Promise<Snapshot> {
  const { files, fileOf } = await editor.read();
  const resources = inOrder(
    store.list().map((stored) => resourceView(stored, fileOf(metadataOf(stored).name))),
  );
  const drill = sharedTimeline.drill();
  return {
    organizationId: scenario.organizationId,
    awsUrl: scenario.url,
    directory,
    accounts: accountViews(scenario),
    services: serviceViews(
      scenario,
      resources.flatMap(({ principal }) => principal ?? []),
    ),
    resources,
    files,
    eventSources: channel()?.state() ?? {
      driven: false,
      message: 'the operator does not receive events yet',
    },
    throttled: outsiders.throttled(),
    queueBroken: !scenario.eventsReach(),
    ...(drill !== undefined && { drill }),
    timeline,
  };
}

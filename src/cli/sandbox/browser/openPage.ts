import { randomBytes } from 'node:crypto';
import { merge } from 'rxjs';
import { type EventChannel, metadataOf, type ResourceStore, type Stored } from '../../../controller/ports.ts';
import { serviceFor } from '../../../crds/services.ts';
import type { Chronicle } from '../chronicle.ts';
import { DeedRefused } from '../deeds.ts';
import type { Entry } from '../entry.ts';
import type { Scene } from '../scene.ts';
import { assets } from './assets.ts';
import { createFeed } from './feed.ts';
import { createEditor, type Editor } from './manifests.ts';
import { createOutsiders, type Outsiders } from './outsiders.ts';
import { startPageServer } from './server.ts';
import { accountViews, resourceView, serviceViews } from './snapshot.ts';
import type { Answer, ResourceView, Snapshot } from './view.ts';

export interface PageOptions {
  readonly scene: Scene;
  readonly directory: string;
  readonly store: ResourceStore;
  readonly chronicle: Chronicle;
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
  const { chronicle, store, scene } = options;
  let timeline: readonly Entry[] = [];
  const remembering = chronicle.entries$.subscribe((entry) => {
    timeline = [...timeline, entry].slice(-mostEntries);
  });
  const editor = createEditor(options.directory, (name) => resourceOf(store.get(name)));
  const outsiders = createOutsiders({
    scene,
    chronicle,
    principalOf: (name) => resourceOf(store.get(name))?.spec.servicePrincipal,
    drill: chronicle.drill,
  });
  const feed = createFeed(
    async () => look(options, editor, outsiders, timeline),
    merge(chronicle.entries$, store.changes$),
  );
  const key = randomBytes(24).toString('base64url');
  const server = await startPageServer({
    assets,
    key,
    feed,
    act: (request) => answerOf(() => outsiders.perform(request)),
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

function answerOf(perform: () => string): Answer {
  try {
    return { done: true, message: perform() };
  } catch (error) {
    if (!(error instanceof DeedRefused)) throw error;
    return { done: false, message: error.message };
  }
}

/** Identity Center is what most people come for. */
function inOrder(resources: readonly ResourceView[]): ResourceView[] {
  const rank = ({ principal }: ResourceView) => (serviceFor(principal ?? '').identityCenter ? 0 : 1);
  return [...resources].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

async function look(
  { scene, directory, store, chronicle, channel }: PageOptions,
  editor: Editor,
  outsiders: Outsiders,
  timeline: readonly Entry[],
): Promise<Snapshot> {
  const { files, fileOf } = await editor.read();
  const resources = inOrder(
    store.list().map((stored) => resourceView(stored, fileOf(metadataOf(stored).name))),
  );
  const drill = chronicle.drill();
  return {
    organizationId: scene.organizationId,
    awsUrl: scene.url,
    directory,
    accounts: accountViews(scene),
    services: serviceViews(
      scene,
      resources.flatMap(({ principal }) => principal ?? []),
    ),
    resources,
    files,
    hearing: channel()?.state() ?? { driven: false, message: 'events are not listened to yet' },
    throttled: outsiders.throttled(),
    queueBroken: !scene.eventsReach(),
    ...(drill !== undefined && { drill }),
    timeline,
  };
}

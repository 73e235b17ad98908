/**
 * The parts of docs/ that are made from the code: the fields, a page for each command and its place in the navigation of
 * the site, the metrics, subscribed events and notifications, and the number of requests. `make generate` writes them.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { specReference, statusReference } from './docs/fields.ts';
import { commandHelps, commandNavigation, commandPages, commandReference } from './docs/help.ts';
import { exportedMetrics, metricsTable } from './docs/metrics.ts';
import { withRegion } from './docs/region.ts';
import { idleRequests, requestsTable } from './docs/requests.ts';
import { servicesTable } from './docs/services.ts';
import { notificationTable, notificationTypeList, subscribedTable } from './docs/subscribedEvents.ts';

const root = resolve(import.meta.dirname, '..');

type Regions = Readonly<Record<string, () => string | Promise<string>>>;

const helps = await commandHelps();

const documents: Readonly<Record<string, Regions>> = {
  'docs/resource.md': { spec: specReference, status: statusReference, services: servicesTable },
  'docs/commands.md': { commands: () => commandReference(helps) },
  'mkdocs.yml': { commands: () => commandNavigation(helps) },
  'docs/operations.md': { metrics: async () => metricsTable(await exportedMetrics()) },
  'docs/events.md': {
    received: subscribedTable,
    'notification types': notificationTypeList,
    notification: notificationTable,
    requests: async () => requestsTable(await idleRequests()),
  },
};

/** Contents by path from the root of the project. @throws Error that names a document without the place for a part. */
export async function documentsMade(): Promise<ReadonlyMap<string, string>> {
  const made = new Map(commandPages(helps));
  for (const [path, regions] of Object.entries(documents)) {
    let text = await readFile(join(root, path), 'utf8');
    for (const [name, content] of Object.entries(regions)) {
      text = withRegion(text, name, await content(), path.endsWith('.yml') ? 'yaml' : 'markdown');
    }
    made.set(path, text);
  }
  return made;
}

import { z } from 'zod';
import { hasCode, type KubernetesApi } from './api.ts';

export interface Collection {
  readonly api: KubernetesApi;
  /** Path of the collection, for example `/apis/trustedaccess.dev/v1alpha1/trustedaccesses`. */
  readonly path: string;
  readonly labelSelector?: string;
  /** For example `regarding.kind=TrustedAccess`, of Events. */
  readonly fieldSelector?: string;
}

const pageSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish(),
});

export const selecting = (labelSelector: string | undefined): Record<string, string> =>
  labelSelector === undefined || labelSelector === '' ? {} : { labelSelector };

/**
 * The whole collection, a page at a time; resolves with the resourceVersion to watch from. `begin` is called
 * at the start, and again when the list begins anew because its continue token expired
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks).
 */
export async function list(
  collection: Collection,
  begin: () => (item: unknown) => void,
  signal: AbortSignal,
  pageSize = 500,
): Promise<string> {
  let add = begin();
  let limit = pageSize;
  let next: string | undefined;
  for (;;) {
    const query = {
      ...selecting(collection.labelSelector),
      ...(collection.fieldSelector === undefined ? {} : { fieldSelector: collection.fieldSelector }),
      ...(limit > 0 ? { limit: String(limit) } : {}),
      ...(next === undefined ? {} : { continue: next }),
    };
    try {
      const call = { method: 'GET', path: collection.path, query, timeout: 60_000 } as const;
      const page = pageSchema.parse(await collection.api.call(call, signal));
      signal.throwIfAborted();
      for (const item of page.items ?? []) add(item);
      if (!page.metadata.continue) return page.metadata.resourceVersion;
      next = page.metadata.continue;
    } catch (error) {
      signal.throwIfAborted();
      if (next === undefined || !hasCode(error, 410)) throw error;
      // Pages came slower than the history is kept: all at once now.
      limit = 0;
      next = undefined;
      add = begin();
    }
  }
}

import { reportInvalid } from './invalid.ts';
import { leftBehind, type Memories } from './memories.ts';
import type { Outcome } from './outcome.ts';
import { reconcile } from './reconcile.ts';
import type { Context, Ports } from './run.ts';

export type Visited = Outcome | { readonly kind: 'Error'; readonly error: unknown };

interface Visiting extends Omit<Context, 'memory' | 'wokenAt'> {
  readonly ports: Ports;
  readonly memories: Memories;
}

/** One look at what stands under a name now. Never rejects. */
export async function visit(name: string, wokenAt: number, visiting: Visiting): Promise<Visited> {
  const { ports, memories, learnedMaxima, signal } = visiting;
  try {
    const stored = ports.store.get(name);
    const remembered = memories.of(name, stored);
    const { memory } = remembered;
    if (stored?.kind === 'Invalid') return await reportInvalid(stored, ports, memory, signal);
    const resource = stored?.resource ?? leftBehind(remembered);
    if (!resource) return { kind: 'Gone' };
    remembered.resource = resource;
    return await reconcile(resource, { ports, memory, learnedMaxima, wokenAt, signal });
  } catch (error) {
    return { kind: 'Error', error };
  }
}

import { reportInvalid } from './invalid.ts';
import { deletedMeanwhile, type Memories } from './memories.ts';
import type { Outcome } from './outcome.ts';
import { reconcile } from './reconcile.ts';
import type { Context, Ports } from './run.ts';

export type PassOutcome = Outcome | { readonly kind: 'Error'; readonly error: unknown };

interface PassOptions extends Omit<Context, 'memory' | 'wokenAt'> {
  readonly ports: Ports;
  readonly memories: Memories;
}

/** One look at what stands under a name now. Never rejects. */
export async function pass(name: string, wokenAt: number, passing: PassOptions): Promise<PassOutcome> {
  const { ports, memories, learnedMaxima, signal } = passing;
  try {
    const stored = ports.store.get(name);
    const remembered = memories.of(name, stored);
    const { memory } = remembered;
    if (stored?.kind === 'Invalid') return await reportInvalid(stored, ports, memory, signal);
    const resource = stored?.resource ?? deletedMeanwhile(remembered);
    if (!resource) return { kind: 'Gone' };
    remembered.resource = resource;
    return await reconcile(resource, { ports, memory, learnedMaxima, wokenAt, signal });
  } catch (error) {
    return { kind: 'Error', error };
  }
}

import { describe, expect, it } from 'vitest';
import { always, type Lead, type LeadershipOptions, leadershipOf } from '../../src/cli/leadership.ts';
import { settle } from '../harness/virtualClock.ts';

/** A lease that the test grants and takes. */
function lease() {
  let work: Parameters<Lead>[0] | undefined;
  const over = Promise.withResolvers<void>();
  const lead: Lead = (next) => {
    work = next;
    return over.promise;
  };
  const grant = () => {
    const lost = new AbortController();
    let isEnded = false;
    const ended = (work?.(lost.signal) ?? Promise.reject(new Error('no work'))).then(() => {
      isEnded = true;
    });
    return { lost, ended, isEnded: () => isEnded };
  };
  return { lead, grant, over };
}

function following(
  lead: Lead,
  {
    synced = Promise.resolve(),
    idle = async () => {},
  }: Partial<Pick<LeadershipOptions, 'synced' | 'idle'>> = {},
) {
  const stopping = new AbortController();
  const halt = new AbortController();
  const seen: ('may write' | 'may not' | 'over')[] = [];
  let mayWrite: AbortSignal | undefined;
  leadershipOf({ lead, synced, stopping: stopping.signal, halt: halt.signal, idle }).subscribe({
    next(signal) {
      mayWrite = signal ?? mayWrite;
      seen.push(signal ? 'may write' : 'may not');
    },
    complete: () => void seen.push('over'),
  });
  return { stopping, halt, seen, signal: () => mayWrite };
}

describe('Leadership', () => {
  it('emits a signal once the store has all resources, not before', async () => {
    const { lead, grant } = lease();
    const synced = Promise.withResolvers<void>();
    const { seen } = following(lead, { synced: synced.promise });
    grant();
    await settle();
    expect(seen).toEqual([]);
    synced.resolve();
    await settle();
    expect(seen).toEqual(['may write']);
  });

  it('aborts its signal in the moment in which the lease is lost', async () => {
    const { lead, grant } = lease();
    const { signal } = following(lead);
    const { lost } = grant();
    await settle();
    lost.abort(new Error('the lease is lost'));
    expect(signal()?.aborted).toBe(true);
  });

  it('lets the lease go, or be sought again, only when nothing is under way', async () => {
    const { lead, grant } = lease();
    const idle = Promise.withResolvers<void>();
    const { seen } = following(lead, { idle: () => idle.promise });
    const { lost, isEnded } = grant();
    await settle();
    lost.abort(new Error('the lease is lost'));
    await settle();
    expect([seen, isEnded()]).toEqual([['may write'], false]);
    idle.resolve();
    await settle();
    expect([seen, isEnded()]).toEqual([['may write', 'may not'], true]);
  });

  it('does not abort its signal when it is to stop, but when it is to halt', async () => {
    const { lead, grant } = lease();
    const { stopping, halt, signal } = following(lead);
    grant();
    await settle();
    stopping.abort();
    expect(signal()?.aborted).toBe(false);
    halt.abort();
    expect(signal()?.aborted).toBe(true);
  });

  it('emits nothing for a lease that is lost before the store has all resources', async () => {
    const { lead, grant } = lease();
    const { seen } = following(lead, { synced: new Promise(() => {}) });
    const { lost, ended } = grant();
    lost.abort(new Error('the lease is lost'));
    await ended;
    expect(seen).toEqual([]);
  });

  it('completes when the lease is handed over', async () => {
    const { lead, over } = lease();
    const { seen } = following(lead);
    over.resolve();
    await settle();
    expect(seen).toEqual(['over']);
  });

  it('lasts from the start to the stop when no lease is used', async () => {
    const { stopping, seen } = following(always);
    await settle();
    expect(seen).toEqual(['may write']);
    stopping.abort();
    await settle();
    expect(seen).toEqual(['may write', 'may not', 'over']);
  });
});

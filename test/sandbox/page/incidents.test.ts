import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../sandbox/drills/entry.ts';
import { endQuietly, episodesOf } from '../../../sandbox/page/client/episodes.ts';
import { stepsOf } from '../../../sandbox/page/client/steps.ts';
import { notices, refusal } from '../../../sandbox/page/client/words.ts';

const alice = 'alice@example.com (AdministratorAccess)';

/** A line of the timeline, `at` milliseconds after the first. */
const line = (at: number, what: Entry['what'], more: Partial<Entry> = {}): Entry => ({
  ...{ at: new Date(1_000 + at).toISOString(), milliseconds: at, resource: 'sso', what, message: what },
  ...more,
});
const changed = line(0, 'changed', { message: 'alice disables trusted access in the console' });
const received = line(400, 'received', { message: 'its event came through the queue' });
const detected = line(410, 'detected', { drift: 'AccessDisabled', detectedBy: 'Event', by: alice });
const acting = line(411, 'acting', { message: 'enable trusted access' });
const corrected = line(434, 'corrected');

const reported = (...entries: readonly Entry[]) => {
  const episode = episodesOf(entries).findLast(({ cause }) => cause !== 'Note');
  return { notices: notices(episode), steps: stepsOf(episode).map(({ name, state }) => `${name}: ${state}`) };
};

describe('a change from outside', () => {
  it.each([
    [
      [changed],
      'Alice disables trusted access in the console. The operator has not detected it yet.',
      ['Changed in AWS: done', 'Detected: under-way', 'Corrected: to-come', 'Verified: to-come'],
    ],
    [
      [changed, received, detected],
      'Change by alice@example.com (AdministratorAccess) detected by event after 0.40 s. The operator is correcting it.',
      ['Changed in AWS: done', 'Detected: done', 'Corrected: under-way', 'Verified: to-come'],
    ],
    [
      [changed, received, detected, acting, line(420, 'verified'), corrected],
      'Corrected 0.43 s after the change by alice@example.com (AdministratorAccess).',
      ['Changed in AWS: done', 'Detected: done', 'Corrected: done', 'Verified: done'],
    ],
  ])('is reported step by step', (entries, words, steps) => {
    expect(reported(...entries)).toEqual({ notices: words, steps });
  });

  it('is found by a resync when no event reported it', () => {
    const found = line(9_000, 'detected', { drift: 'AccessDisabled', detectedBy: 'Resync' });
    const { notices: words, steps } = reported(changed, found);
    expect(words).toBe('Change detected by resync after 9.00 s. The operator is correcting it.');
    expect(steps[1]).toBe('Detected: done');
  });

  it('has its actor although the actor is known late', () => {
    const { by: _, ...unsigned } = detected;
    const late = line(500, 'received', { message: 'who did it', by: alice });
    expect(reported(changed, unsigned, corrected, late).notices).toContain('by alice@example.com');
  });

  it('shows the reason of a refused correction, and continues after it', () => {
    const stalled = line(500, 'stalled', { message: 'AccountNotActive: it is CLOSED' });
    expect(reported(changed, received, stalled)).toMatchObject({
      notices: 'Not corrected: account not active.',
    });
    expect(refusal(stalled.message)).toEqual({ reason: 'AccountNotActive', detail: 'it is CLOSED' });
    expect(reported(changed, received, stalled).steps.at(-1)).toBe('Stalled: done');
    expect(reported(changed, received, stalled, line(9_000, 'settled')).notices).toBe(
      'Corrected 9.00 s after the change.',
    );
  });

  it('overtaken by another is not taken for open', () => {
    const [first, second] = episodesOf([
      changed,
      line(100, 'changed', { message: 'bob too' }),
      received,
      corrected,
    ]);
    expect([first?.overtaken, first?.end, second?.end?.kind]).toEqual([true, undefined, 'Corrected']);
  });

  it('is not mixed with what happens to another resource', () => {
    const other = line(10, 'corrected', { resource: 'access-analyzer' });
    expect(reported(changed, other).notices).toContain('has not detected it yet');
  });
});

describe('other stories', () => {
  it('a new declaration', () => {
    const declared = line(0, 'declared');
    expect(reported(declared).notices).toBe('The manifest changed. The operator is applying it to AWS.');
    expect(reported(declared, acting, line(800, 'settled')).notices).toBe(
      'In sync 0.80 s after the manifest was read.',
    );
  });

  it('a new declaration that AWS matches already', () => {
    const [episode] = episodesOf([line(0, 'declared')]);
    endQuietly(episode, [{ name: 'sso', generation: 2, inSyncGeneration: 1 }]);
    expect(episode?.end).toBeUndefined();
    endQuietly(episode, [{ name: 'sso', generation: 2, inSyncGeneration: 2 }]);
    expect(notices(episode)).toBe('The manifest changed. AWS already matches it.');
    expect(stepsOf(episode).every(({ state }) => state === 'done')).toBe(true);
  });

  it('drift without an outside change on the page', () => {
    expect(reported(detected, acting, line(1_000, 'corrected'))).toMatchObject({
      notices: 'Corrected 0.59 s after the change by alice@example.com (AdministratorAccess).',
    });
  });

  it('a closed account that keeps the operator from going on', () => {
    const note = line(0, 'changed', { message: 'bob closes the account identity' });
    const { resource: _, ...closed } = note;
    const { notices: words, steps } = reported(closed, line(400, 'stalled', { message: 'AccountNotActive' }));
    expect(words).toBe('Not corrected: account not active.');
    expect(steps).toEqual(['Observed: done', 'Stalled: done']);
  });

  it('no incident: the first manifests make none', () => {
    expect(episodesOf([acting, line(500, 'settled')]).map(({ cause }) => cause)).toEqual(['Beginning']);
    expect(notices(undefined)).toBe('In sync. Make a change to start.');
  });
});

import { describe, expect, it } from 'vitest';
import { againAfter, stalledAgain } from '../../src/controller/reconciler.ts';
import type { Outcome } from '../../src/controller/status.ts';
import { worldOf } from './fakes/checked.ts';

const minute = 60_000;
const now = Date.UTC(2026, 0, 1);
const inSync: Outcome = { kind: 'InSync', message: 'as declared' };
const stalled: Outcome = { kind: 'Stalled', reason: 'InUse', message: 'in use' };

function resource(interval: string) {
  const world = worldOf();
  world.apply({ interval });
  return world.store.get('sso');
}

describe('When a resource is reconciled again without a wake-up', () => {
  it.each<[string, Outcome, string, boolean, number, number | undefined]>([
    ['as declared, events proven: after its interval', inSync, '1h', true, 0.5, 60],
    ['as declared, events proven: a twentieth earlier by chance', inSync, '1h', true, 0, 57],
    ['as declared, events proven: a twentieth later by chance', inSync, '1h', true, 1, 63],
    ['as declared, nothing heard: after five minutes', inSync, '1h', false, 0.5, 5],
    ['as declared, nothing heard: a twentieth later by chance', inSync, '1h', false, 1, 5.25],
    ['as declared, nothing heard, a shorter interval: after that', inSync, '2m', false, 0.5, 2],
    ['stalled: after five minutes', stalled, '1h', true, 0.5, 5],
    ['stalled: a twentieth later by chance', stalled, '1h', true, 1, 5.25],
    ['stalled, a shorter interval: after that', stalled, '2m', true, 0.5, 2],
    ['stalled with a hold: when that is over', { ...stalled, after: 9 * minute }, '1h', true, 1, 9],
    ['on its way: at once', { kind: 'Progressing', message: 'one step', after: 0 }, '1h', true, 1, 0],
    ['a read in doubt: when the doubt is over', { kind: 'Wait', after: 0.05 * minute }, '1h', true, 1, 0.05],
    [
      'a failure that may pass: as the queue backs off',
      { kind: 'Retry', reason: 'Throttled', message: 'slowly' },
      '1h',
      true,
      1,
      undefined,
    ],
    ['suspended: not at all', { kind: 'Suspended' }, '1h', true, 1, undefined],
    ['gone: not at all', { kind: 'Gone' }, '1h', true, 1, undefined],
  ])('%s', (_words, outcome, interval, driven, chance, minutes) => {
    const after = againAfter(outcome, resource(interval), driven, () => chance, now);
    if (minutes === undefined) expect(after).toBeUndefined();
    else expect(after).toBeCloseTo(minutes * minute);
  });

  it('an unreadable resource, whose interval is unknown, is reconciled after five minutes', () => {
    expect(againAfter(stalled, undefined, true, () => 0.5, now)).toBe(5 * minute);
  });
});

describe('A stalled resource', () => {
  it.each([
    ['is retried after 15 seconds when a permission has just been refused', 'AccessDenied', 0, 15],
    ['is retried every 25 seconds while a person may be granting the permission', 'AccessDenied', 15_000, 25],
    ['is retried every 25 seconds until five minutes have passed', 'AccessDenied', 5 * minute - 1, 25],
    ['is retried slowly when the permission is still refused after that', 'AccessDenied', 5 * minute, 300],
    ['is retried soon when its credentials cannot be used', 'CredentialsUnusable', 0, 15],
    ['is retried slowly when the cause is in its own spec', 'InvalidSpec', 0, 300],
  ])('%s', (_words, reason, stalledFor, seconds) => {
    expect(stalledAgain(reason, stalledFor)).toBe(seconds * 1_000);
  });

  it('counts from the moment its condition Stalled became true', () => {
    const denied: Outcome = { kind: 'Stalled', reason: 'AccessDenied', message: 'no' };
    const since = (milliseconds: number) => {
      const found = resource('1h');
      if (found === undefined) throw new Error('no resource');
      const condition = {
        type: 'Stalled' as const,
        status: 'True' as const,
        reason: 'AccessDenied' as const,
        message: 'no',
        lastTransitionTime: new Date(now - milliseconds).toISOString(),
      };
      const status = { ...found.status, conditions: [condition] };
      return againAfter(denied, { ...found, status }, true, () => 0.5, now);
    };
    expect(againAfter(denied, resource('1h'), true, () => 0.5, now)).toBe(15_000);
    expect(since(60_000)).toBe(25_000);
    expect(since(6 * minute)).toBe(5 * minute);
  });
});

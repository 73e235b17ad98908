import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unreliable } from '../../../../sandbox/aws/events/trail.ts';
import { seededRandom } from '../../../../sandbox/aws/random.ts';
import { management } from './fixture.ts';
import { names, sso, start, type TrailFixture } from './trailFixture.ts';

describe('the delivery of events', () => {
  const toggle = (fixture: TrailFixture, times: number) => {
    for (let i = 0; i < times; i++) {
      fixture.act(fixture.root, i % 2 ? 'DisableAWSServiceAccess' : 'EnableAWSServiceAccess', sso);
    }
  };

  it('comes after the answer to the call, and not before its time', () => {
    const fixture = start();
    fixture.listen(management, 'us-east-1');
    fixture.half.cloudTrail.settings.fate = () => [5000];
    toggle(fixture, 1);
    fixture.clock.advance(4999);
    expect(fixture.received).toEqual([]);
    fixture.clock.advance(1);
    expect(names(fixture.received)).toContain('EnableAWSServiceAccess');
  });

  it('follows a script: lost, doubled, out of order', () => {
    const fixture = start();
    fixture.listen(management, 'us-east-1');
    const script = [[], [20, 30], [10]];
    fixture.half.cloudTrail.settings.fate = ({ eventSource }) =>
      eventSource === 'organizations.amazonaws.com' ? (script.shift() ?? []) : [];
    toggle(fixture, 3);
    fixture.clock.advance(1000);
    expect(names(fixture.received)).toEqual([
      'EnableAWSServiceAccess',
      'DisableAWSServiceAccess',
      'DisableAWSServiceAccess',
    ]);
    const [first, second, third] = fixture.received;
    expect(Object(second?.['detail']).eventID).toBe(Object(third?.['detail']).eventID);
    expect(second?.['id']).not.toBe(third?.['id']);
    expect(Object(first?.['detail']).eventID).not.toBe(Object(second?.['detail']).eventID);
  });

  it('loses, doubles and delays at the set rates, and the history still has every event', () => {
    const fixture = start();
    fixture.listen(management, 'us-east-1');
    fixture.half.cloudTrail.settings.fate = unreliable(seededRandom(7), {
      loss: 0.3,
      double: 0.3,
      from: 100,
      to: 60_000,
    });
    toggle(fixture, 1000);
    fixture.clock.advance(60_000);
    const calls = fixture.received.filter(({ source }) => source === 'aws.organizations');
    const ids = calls.map((event) => String(Object(event['detail']).eventID));
    const distinct = new Set(ids).size;
    expect(distinct).toBeGreaterThan(600);
    expect(distinct).toBeLessThan(800);
    expect(ids.length - distinct).toBeGreaterThan(150);
    expect(ids.length - distinct).toBeLessThan(270);
    const recorded = fixture.half.cloudTrail
      .history(management, 'us-east-1')
      .filter(({ eventSource }) => eventSource === 'organizations.amazonaws.com');
    expect(recorded.length).toBe(1000);
    const order = [...recorded].reverse().map(({ eventId }) => eventId);
    const positions = ids.map((id) => order.indexOf(id));
    expect(positions).not.toEqual([...positions].sort((a, b) => a - b));
  });

  it('is the same for the same seed, ids and all', () => {
    const run = (seed: number) => {
      const fixture = start({ seed });
      fixture.listen(management, 'us-east-1');
      fixture.half.cloudTrail.settings.fate = unreliable(fixture.aws.world.random, {
        loss: 0.2,
        double: 0.2,
      });
      toggle(fixture, 5);
      fixture.clock.advance(10_000);
      return fixture.received;
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        expect(run(seed)).toEqual(run(seed));
      }),
      { numRuns: 10 },
    );
    expect(run(1)).not.toEqual(run(2));
  });
});

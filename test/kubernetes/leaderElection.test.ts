import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLeaderElector, type LeaderElectionOptions } from '../../src/kubernetes/leaderElection.ts';
import { type Clock, clockOf } from '../../src/time/clock.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';
import { type LeaseServer, type Link, leaseServer, perfectLink } from './leaseServer.ts';
import { logbook } from './logbook.ts';

interface Skew {
  /** Milliseconds the candidate's wall clock is off. */
  readonly offset: number;
  /** How much faster its clocks run. */
  readonly rate: number;
}

const noSkew: Skew = { offset: 0, rate: 1 };

/** A machine's clocks over true time; `paused` machines see their timers late. */
function machine(truth: VirtualClock, { offset, rate }: Skew) {
  const began = truth.now();
  let jump = 0;
  const up = () => (truth.now() - began) * rate;
  const clock: Clock = clockOf({
    now: () => began + offset + jump + up(),
    after: (delay, callback) => truth.after(delay / rate, callback),
  });
  return {
    clock,
    uptime: up,
    jump: (milliseconds: number) => {
      jump += milliseconds;
    },
  };
}

interface Joining extends Partial<LeaderElectionOptions> {
  readonly skew?: Skew;
  readonly link?: Link;
  /** Milliseconds the work takes to end when it is told to. */
  readonly ending?: number;
}

function join(truth: VirtualClock, server: LeaseServer, identity: string, joining: Joining = {}) {
  const { skew = noSkew, link = perfectLink, ending = 0, ...options } = joining;
  const at = machine(truth, skew);
  const log = logbook();
  const stop = new AbortController();
  const terms: AbortSignal[] = [];
  let stopped = 0;
  let working = 0;
  const elector = createLeaderElector({
    api: server.through(link),
    namespace: 'operators',
    name: 'trusted-access-operator',
    identity,
    clock: at.clock,
    uptime: at.uptime,
    random: () => 0.5,
    log,
    ...options,
  });
  const running = elector.run(
    {
      onStartedLeading: (lost) =>
        new Promise((resolve) => {
          terms.push(lost);
          working += 1;
          const end = () =>
            truth.after(ending, () => {
              working -= 1;
              resolve();
            });
          lost.addEventListener('abort', end, { once: true });
          stop.signal.addEventListener('abort', end, { once: true });
        }),
      onStoppedLeading: () => {
        stopped += 1;
      },
    },
    stop.signal,
  );
  return {
    identity,
    elector,
    log,
    stop,
    running,
    machine: at,
    terms,
    /** May write: its signal says so. */
    writes: () => terms.some(({ aborted }) => !aborted) && working > 0,
    stopped: () => stopped,
    working: () => working,
  };
}

const broken = (): Link & { broken: boolean } => {
  const link = { ...perfectLink, broken: false };
  link.fate = () => (link.broken ? 'RequestLost' : 'Arrives');
  return link;
};

describe('leading', () => {
  it('starts at once when the lease is free, and writes the same as client-go', async () => {
    const clock = virtualClock(Date.UTC(2026, 2, 1, 12));
    const server = leaseServer(clock);
    const a = join(clock, server, 'a');
    await clock.advance(10);
    expect(a.elector.isLeader()).toBe(true);
    expect(server.stored).toMatchObject({
      metadata: { name: 'trusted-access-operator', namespace: 'operators' },
      spec: {
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        acquireTime: '2026-03-01T12:00:00.000000Z',
        renewTime: '2026-03-01T12:00:00.000000Z',
        leaseTransitions: 0,
      },
    });
  });

  it('renews every 2 seconds and keeps the time of acquisition and what others put on the lease', async () => {
    const clock = virtualClock(Date.UTC(2026, 2, 1, 12));
    const server = leaseServer(clock);
    join(clock, server, 'a');
    await clock.advance(10);
    if (server.stored) server.stored.metadata['labels'] = { team: 'identity' };
    await clock.advance(2_000);
    await clock.advance(4_000);
    expect(server.stored?.spec.acquireTime).toBe('2026-03-01T12:00:00.000000Z');
    expect(server.stored?.spec.renewTime).toBe('2026-03-01T12:00:06.000000Z');
    await clock.advance(3_600_000);
    expect(server.stored?.spec.leaseTransitions).toBe(0);
    expect(new Set(server.log)).toEqual(new Set(['a']));
  });

  it('a second candidate waits, names the leader, and takes over within seconds of a clean stop', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a');
    await clock.advance(10);
    const b = join(clock, server, 'b');
    await clock.advance(60_000);
    expect(b.elector.isLeader()).toBe(false);
    expect(b.log.lines).toEqual(['info lease trusted-access-operator: held by a, standing by']);
    a.stop.abort();
    await clock.advance(0);
    await a.running;
    expect(server.stored?.spec.holderIdentity).toBe('');
    await clock.advance(4_400);
    expect(b.elector.isLeader()).toBe(true);
    expect(server.stored?.spec.leaseTransitions).toBe(1);
    b.stop.abort();
    await clock.advance(0);
    await b.running;
  });

  it('a leader that vanishes is replaced after its lease ran out, counted as a transition', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const link = broken();
    join(clock, server, 'a', { link });
    await clock.advance(10);
    const b = join(clock, server, 'b');
    await clock.advance(5_000);
    link.broken = true;
    await clock.advance(14_000);
    expect(b.elector.isLeader()).toBe(false);
    await clock.advance(8_000);
    expect(b.elector.isLeader()).toBe(true);
    expect(server.stored?.spec.leaseTransitions).toBe(1);
  });

  it('survives renewals that fail for less than the deadline, and reports them once [F-K10b]', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const link = broken();
    const a = join(clock, server, 'a', { link });
    await clock.advance(10);
    link.broken = true;
    await clock.advance(7_000);
    link.broken = false;
    await clock.advance(60_000);
    expect(a.elector.isLeader()).toBe(true);
    expect(a.terms).toHaveLength(1);
    expect(a.log.matching(/cannot be renewed/)).toHaveLength(1);
    expect(a.log.matching(/renewed again/)).toHaveLength(1);
  });

  it('stops every write 10 s after the last renewal, before any caller else may begin, and leads again later', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const link = broken();
    const a = join(clock, server, 'a', { link });
    await clock.advance(4_010);
    link.broken = true;
    await clock.advance(9_980);
    expect(a.terms[0]?.aborted).toBe(false);
    await clock.advance(20);
    expect(a.terms[0]?.aborted).toBe(true);
    expect(a.stopped()).toBe(1);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.log.matching(/not renewed within 10 s: stopping every write/)).toHaveLength(1);
    link.broken = false;
    await clock.advance(20_000);
    expect(a.elector.isLeader()).toBe(true);
    expect(a.terms).toHaveLength(2);
  });

  it('stops the moment another caller is seen as the holder', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a');
    await clock.advance(3_000);
    if (server.stored) {
      server.stored.metadata.resourceVersion = '77';
      server.stored.spec.holderIdentity = 'intruder';
    }
    await clock.advance(2_000);
    expect(a.terms[0]?.aborted).toBe(true);
    expect(a.log.matching(/taken by intruder/)).toHaveLength(1);
  });

  it('a lease that was deleted under the leader is made anew', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a');
    await clock.advance(3_000);
    server.stored = undefined;
    await clock.advance(4_000);
    expect(a.elector.isLeader()).toBe(true);
    expect(a.terms).toHaveLength(1);
  });

  it('waits for the work to end before it releases the lease, and renews meanwhile', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a', { ending: 20_000 });
    const b = join(clock, server, 'b');
    await clock.advance(10);
    a.stop.abort();
    await clock.advance(19_900);
    expect(a.terms[0]?.aborted).toBe(false);
    expect(server.stored?.spec.holderIdentity).toBe('a');
    expect(b.elector.isLeader()).toBe(false);
    await clock.advance(5_000);
    expect(b.elector.isLeader()).toBe(true);
  });

  it('work that does not end in time after a stop loses the lease, and does not give it away early', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a', { ending: 60_000, stopGrace: 10_000 });
    await clock.advance(10);
    a.stop.abort();
    await clock.advance(10_000);
    expect(a.terms[0]?.aborted).toBe(true);
    await clock.advance(60_000);
    await a.running;
    expect(server.stored?.spec.holderIdentity).toBe('a');
  });

  it('is unhealthy when the work goes on although the lease is lost for longer than it lasts', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const link = broken();
    const a = join(clock, server, 'a', { link, ending: 60_000 });
    await clock.advance(10);
    expect(a.elector.healthy()).toBe(true);
    link.broken = true;
    await clock.advance(14_900);
    expect(a.elector.healthy()).toBe(true);
    await clock.advance(1_000);
    expect(a.elector.healthy()).toBe(false);
    await clock.advance(60_000);
    expect(a.elector.healthy()).toBe(true);
  });

  it('work that throws gives the lease back and ends the run', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const log = logbook();
    const elector = createLeaderElector({
      api: server.through(perfectLink),
      namespace: 'operators',
      name: 'lease',
      identity: 'a',
      clock,
      uptime: clock.now,
      random: () => 0,
      log,
    });
    const running = elector.run(
      {
        onStartedLeading: () => {
          throw new Error('no');
        },
      },
      new AbortController().signal,
    );
    await clock.advance(100);
    await running;
    expect(log.matching(/^error work ended: no/)).toHaveLength(1);
    expect(server.stored?.spec.holderIdentity).toBe('');
  });

  it('does not think it leads after its machine slept, before any timer reported it so', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a');
    await clock.advance(10);
    // Uptime stood still during the sleep, the wall clock did not.
    a.machine.jump(3_600_000);
    expect(a.elector.isLeader()).toBe(false);
  });

  it('does not take a lease early because its own wall clock was set forth', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    join(clock, server, 'a');
    await clock.advance(10);
    const b = join(clock, server, 'b');
    await clock.advance(5_000);
    b.machine.jump(3_600_000);
    await clock.advance(30_000);
    expect(b.elector.isLeader()).toBe(false);
  });

  it('reads no time-stamp of another machine: a holder an hour behind keeps its lease [F-K10a]', async () => {
    const clock = virtualClock();
    const server = leaseServer(clock);
    const a = join(clock, server, 'a', { skew: { offset: -3_600_000, rate: 1 } });
    await clock.advance(10);
    const b = join(clock, server, 'b', { skew: { offset: 3_600_000, rate: 1 } });
    await clock.advance(120_000);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([true, false]);
  });
});

describe('whatever the network and the clocks do', () => {
  const trouble = fc.record({
    latency: fc.integer({ min: 0, max: 4_000 }),
    outages: fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: 110 }),
        seconds: fc.integer({ min: 1, max: 40 }),
        fate: fc.constantFrom<ReturnType<Link['fate']>>('RequestLost', 'ResponseLost'),
      }),
      { maxLength: 4 },
    ),
    offset: fc.integer({ min: -7_200_000, max: 7_200_000 }),
    rate: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
    ending: fc.integer({ min: 0, max: 3_000 }),
    stopsAt: fc.option(fc.integer({ min: 5, max: 90 })),
  });

  it('two candidates never lead at once, and one leads within a minute after the faults end [P-32]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trouble, { minLength: 2, maxLength: 3 }), async (candidates) => {
        const clock = virtualClock();
        const server = leaseServer(clock);
        const began = clock.now();
        let calm = false;
        const joined = candidates.map(({ latency, outages, offset, rate, ending }, index) => {
          const outage = () => {
            const at = (clock.now() - began) / 1_000;
            return outages.find(({ from, seconds }) => from <= at && at < from + seconds);
          };
          const link: Link = {
            request: () => (calm ? 5 : latency),
            response: () => (calm ? 5 : latency / 2),
            fate: () => (calm ? 'Arrives' : (outage()?.fate ?? 'Arrives')),
          };
          return join(clock, server, `candidate-${index}`, { link, ending, skew: { offset, rate } });
        });
        for (let second = 0; second < 120; second += 0.25) {
          await clock.advance(250);
          candidates.forEach(({ stopsAt }, index) => {
            if (stopsAt === second && index > 0) joined[index]?.stop.abort();
          });
          expect(joined.filter(({ elector }) => elector.isLeader()).length).toBeLessThanOrEqual(1);
          expect(joined.filter((each) => each.writes()).length).toBeLessThanOrEqual(1);
        }
        calm = true;
        await clock.advance(60_000);
        expect(joined.filter(({ elector }) => elector.isLeader())).toHaveLength(1);
        for (const { stop } of joined) stop.abort();
        await clock.advance(10_000);
        await Promise.all(joined.map(({ running }) => running));
      }),
      { numRuns: 100 },
    );
  });
});

import { expect, it } from 'vitest';
import { createInstallation } from '../../src/kubernetes/installation.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';
import { type LeaseServer, leaseServer, perfectLink } from './leaseServer.ts';
import { logbook } from './logbook.ts';

/** One process of the installation in that namespace; it works until it is stopped or may write no longer. */
function start(clock: VirtualClock, server: LeaseServer, namespace: string) {
  const log = logbook();
  const installation = createInstallation({
    api: server.through(perfectLink),
    clock,
    uptime: clock.now,
    random: () => 0.5,
    log,
    leaseName: 'trusted-access-operator',
    namespace,
  });
  const stop = new AbortController();
  let works = false;
  const running = installation.run(
    (lost) =>
      new Promise((resolve) => {
        works = true;
        const end = () => {
          works = false;
          resolve();
        };
        lost.addEventListener('abort', end, { once: true });
        stop.signal.addEventListener('abort', end, { once: true });
      }),
    stop.signal,
  );
  return {
    log,
    works: () => works,
    rival: installation.rival,
    async stop() {
      stop.abort();
      await clock.advance(0);
      await running;
    },
  };
}

it('a second installation does not work, and names the first one in a warning', async () => {
  const clock = virtualClock();
  const server = leaseServer(clock);
  const first = start(clock, server, 'blue');
  await clock.advance(1_000);
  const second = start(clock, server, 'green');
  await clock.advance(600_000);
  expect([first.works(), second.works()]).toEqual([true, false]);
  expect(second.rival()).toBe('blue/trusted-access-operator');
  expect(first.rival()).toBeUndefined();
  expect(second.log.lines).toEqual([
    'warn another installation, blue/trusted-access-operator, manages the same resources, so this installation changes nothing. Uninstall one of them, or set a different --watch-label-selector for each.',
  ]);
  await Promise.all([first.stop(), second.stop()]);
});

it('a restart within two minutes keeps the resources with the first installation', async () => {
  const clock = virtualClock();
  const server = leaseServer(clock);
  const first = start(clock, server, 'blue');
  await clock.advance(1_000);
  const second = start(clock, server, 'green');
  await clock.advance(60_000);
  await first.stop();
  await clock.advance(100_000);
  const next = start(clock, server, 'blue');
  await clock.advance(1_000);
  expect([next.works(), second.works()]).toEqual([true, false]);
  await Promise.all([next.stop(), second.stop()]);
});

it('the second installation takes over two minutes after the first one was uninstalled', async () => {
  const clock = virtualClock();
  const server = leaseServer(clock);
  const first = start(clock, server, 'blue');
  await clock.advance(1_000);
  const second = start(clock, server, 'green');
  await clock.advance(60_000);
  await first.stop();
  await clock.advance(100_000);
  expect(second.works()).toBe(false);
  await clock.advance(30_000);
  expect(second.works()).toBe(true);
  expect(second.rival()).toBeUndefined();
  await second.stop();
});

it('an installation whose lease another one took stops its work', async () => {
  const clock = virtualClock();
  const server = leaseServer(clock);
  const first = start(clock, server, 'blue');
  await clock.advance(1_000);
  server.stored = undefined;
  const second = start(clock, server, 'green');
  await clock.advance(15_000);
  expect([first.works(), second.works()]).toEqual([false, true]);
  expect(first.rival()).toBe('green/trusted-access-operator');
  await Promise.all([first.stop(), second.stop()]);
});

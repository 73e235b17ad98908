import { BehaviorSubject, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { fixture, tidyUp } from '../aws/fixture.ts';
import { createAttribution, createChannel } from '../controller/fakes/attribution.ts';
import { createFate } from '../controller/fakes/fate.ts';
import { createStore } from '../controller/fakes/store.ts';
import { eventually } from '../harness/eventually.ts';

tidyUp();

const services = ['account', 'health', 'config', 'backup', 'ssm', 'iam', 'securitylake', 'compute-optimizer'];

/** The real controller and the real SDK clients on a simulated AWS; the store counts what is written. */
async function operate(enabled: readonly string[]) {
  const { clock, connected, organizations, simulated, role } = await fixture({
    settings: { throttles: 'off' },
  });
  for (const service of enabled) await organizations.enableAccess(`${service}.amazonaws.com`, forever);
  simulated.journal.clear();
  const store = createStore(clock);
  const port = store.port(createFate());
  const wake = new Subject<string>();
  const stop = new AbortController();
  const controller = createController({
    ports: {
      cloud: connected,
      store: port,
      attribution: createAttribution(),
      channel: createChannel(),
      clock,
    },
    random: () => 0.5,
    sources: [{ name: 'by hand', wakeUps$: wake }],
    leadership$: new BehaviorSubject(forever),
    stopping: stop.signal,
    concurrency: 8,
  });
  let settled = 0;
  controller.results$.subscribe((result) => {
    if (result.kind === 'Reconciled' && result.outcome.kind === 'InSync') settled += 1;
  });
  const round = async (begin: () => void): Promise<Readonly<Record<string, number>>> => {
    const before = settled;
    simulated.journal.clear();
    store.statusWrites.length = 0;
    begin();
    await eventually(
      () => {
        if (settled < before + services.length) throw new Error(`${settled - before} in sync`);
      },
      { timeoutMs: 20_000, what: 'the round' },
    );
    const counts: Record<string, number> = {};
    for (const { operation } of simulated.journal.entries()) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  };
  return {
    store,
    wake,
    round,
    declare() {
      for (const service of services) {
        const spec = { servicePrincipal: `${service}.amazonaws.com`, interval: '24h' };
        store.apply(service, { ...spec, organization: { roleArn: role.arn, externalId: 'agreed' } });
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await controller.queue.idle();
    },
  };
}

const forever = new AbortController().signal;

describe('Counts that must not grow', () => {
  it('a round of one organization reads it and its services once, and the administrators once for each resource', async () => {
    await using operator = await operate(services);
    const first = await operator.round(operator.declare);
    expect(first).toMatchObject({
      DescribeOrganization: 1,
      ListAWSServiceAccessForOrganization: 1,
      ListDelegatedAdministrators: services.length,
    });
    expect(operator.store.statusWrites).toHaveLength(services.length);
    const again = await operator.round(() => {
      for (const service of services) operator.store.request(service, 'now');
    });
    // Which organization it is does not change in minutes.
    expect(again).toEqual({
      ListAWSServiceAccessForOrganization: 1,
      ListDelegatedAdministrators: services.length,
    });
    // That the request was handled is all there is to store.
    expect(operator.store.statusWrites).toHaveLength(services.length);
  });

  it('a round that finds everything as it was stores nothing', async () => {
    await using operator = await operate(services);
    await operator.round(operator.declare);
    await operator.round(() => {
      for (const service of services) operator.wake.next(service);
    });
    expect(operator.store.statusWrites).toEqual([]);
  });

  it('services enabled from nothing share their verifying reads, and are asked for once each', async () => {
    await using operator = await operate([]);
    const counts = await operator.round(operator.declare);
    expect(counts['EnableAWSServiceAccess']).toBe(services.length);
    // One before, and at most one after each change.
    expect(counts['ListAWSServiceAccessForOrganization']).toBeLessThanOrEqual(1 + services.length);
    expect(operator.store.statusWrites.length).toBeLessThanOrEqual(2 * services.length);
  });
});

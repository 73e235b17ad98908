import { unreliable } from '../../sandbox/aws/events/trail.ts';
import { allowEverything } from '../../sandbox/aws/identity.ts';
import { tooManyRequests } from '../../sandbox/aws/organizations/errors.ts';
import { meanwhile, minute, type Occurrence, pick } from './occurrence.ts';
import { adversaries, outsiders, users } from './persons.ts';
import { fair } from './wire.ts';
import type { SimulatedWorld } from './world.ts';

const awsFaults: readonly Occurrence[] = [
  (simulated) => {
    const { aws, operator } = simulated.simulatedOrganization;
    const over = aws.faults.add({
      caller: operator.arn,
      service: 'organizations',
      effect: { kind: 'Error', error: tooManyRequests() },
    });
    return meanwhile(simulated, 10 * minute, over, 'AWS throttles');
  },
  (simulated) => {
    const actions = pick(simulated.random, [
      ['organizations:Describe*', 'organizations:List*'],
      ['organizations:*'],
      ['organizations:RegisterDelegatedAdministrator'],
      ['sso:*', 'iam:*'],
      ['account:ListRegions'],
    ]);
    simulated.simulatedOrganization.permit([{ actions: ['*'] }, { effect: 'Deny', actions: [...actions] }]);
    const over = () => simulated.simulatedOrganization.permit(allowEverything);
    return meanwhile(simulated, 20 * minute, over, `the operator's role may no longer ${actions.join(', ')}`);
  },
  (simulated) => {
    const { networkFaults } = simulated.simulatedOrganization;
    Object.assign(networkFaults, { latency: 3_000, lost: 0.1, answerLost: 0.15, silent: 0.1 });
    return meanwhile(
      simulated,
      10 * minute,
      () => Object.assign(networkFaults, fair()),
      'a bad network to AWS',
    );
  },
  (simulated) => {
    const { settings } = simulated.simulatedOrganization.aws;
    settings.consistency = { kind: 'Seeded', window: 8_000, probability: 0.5 };
    const over = () => {
      settings.consistency = { kind: 'Strong' };
    };
    return meanwhile(simulated, 20 * minute, over, 'AWS answers with what was');
  },
  (simulated) => {
    const { settings } = simulated.simulatedOrganization.events.cloudTrail;
    const before = settings.fate;
    settings.fate = unreliable(simulated.random, { loss: 0.4, double: 0.3, from: 200, to: 4 * minute });
    const over = () => {
      settings.fate = before;
    };
    return meanwhile(simulated, 20 * minute, over, 'events are lost, doubled and late');
  },
];

const clusterFaults: readonly Occurrence[] = [
  (simulated) => {
    simulated.cluster.conditions.isDown = true;
    simulated.cluster.cutWatches();
    const over = () => {
      simulated.cluster.conditions.isDown = false;
    };
    return meanwhile(simulated, 5 * minute, over, 'the API server is down');
  },
  (simulated) => {
    simulated.cluster.conditions.refusals = 0.3;
    const over = () => {
      simulated.cluster.conditions.refusals = 0;
    };
    return meanwhile(simulated, 10 * minute, over, 'the API server refuses now and then');
  },
  (simulated) => {
    const { networkFaults } = simulated.cluster;
    Object.assign(networkFaults, { latency: 5_000, lost: 0.1, answerLost: 0.15, silent: 0.05 });
    return meanwhile(
      simulated,
      10 * minute,
      () => Object.assign(networkFaults, fair()),
      'a bad network to the API server',
    );
  },
  (simulated) => {
    simulated.cluster.conditions.lag = 30_000;
    const over = () => {
      simulated.cluster.conditions.lag = 50;
    };
    return meanwhile(simulated, 10 * minute, over, 'watches lag');
  },
  ({ cluster }) => {
    cluster.cutWatches();
    return 'every watch is cut';
  },
  ({ cluster }) => {
    cluster.server.compact();
    cluster.cutWatches();
    return 'etcd is compacted, and every watch cut';
  },
];

const processFaults: readonly Occurrence[] = [
  async (simulated) => {
    const replica = pick(simulated.random, simulated.replicas());
    replica.life.kill();
    simulated.history.add(replica.identity, 'SIGKILL');
    await simulated.start();
    return undefined;
  },
  async (simulated) => {
    const replica = pick(simulated.random, simulated.replicas());
    replica.terminate();
    simulated.history.add(replica.identity, 'SIGTERM');
    await simulated.start();
    return undefined;
  },
  (simulated) => {
    const { aws, operator } = simulated.simulatedOrganization;
    const stop = aws.journal.subscribe(({ readOnly, caller, service }) => {
      if (readOnly || service !== 'organizations' || caller?.arn !== operator.arn) return;
      stop();
      for (const { life } of simulated.replicas()) life.kill();
      simulated.history.add('world', 'SIGKILL to every replica, before the answer');
      void simulated.start();
    });
    return meanwhile(simulated, 20 * minute, stop, 'the next change of AWS by the operator is its death');
  },
  (simulated) => {
    const { identity, life } = pick(simulated.random, simulated.replicas());
    life.freeze();
    return meanwhile(simulated, 3 * minute, life.thaw, `${identity} stands still`);
  },
  (simulated) => {
    const { identity, life } = pick(simulated.random, simulated.replicas());
    const by = Math.round((simulated.random() - 0.5) * 2 * 60 * minute);
    life.setClockWrong(by);
    return meanwhile(
      simulated,
      30 * minute,
      () => life.setClockWrong(0),
      `${identity}'s clock is wrong by ${by} ms`,
    );
  },
  async (simulated) => {
    if (simulated.replicas().length > 2) return undefined;
    await simulated.start();
    return undefined;
  },
];

const kinds = [users, users, outsiders, outsiders, adversaries, awsFaults, clusterFaults, processFaults];

/** One thing that happens now, by chance. */
export async function happen(simulated: SimulatedWorld): Promise<void> {
  const occurrence = pick(simulated.random, pick(simulated.random, kinds));
  const what = await occurrence(simulated);
  if (what !== undefined) simulated.history.add('world', what);
}

/** From here on nothing is wrong with anything, and nobody does anything. */
export async function calm(simulated: SimulatedWorld): Promise<void> {
  const { simulatedOrganization, cluster } = simulated;
  Object.assign(simulatedOrganization.networkFaults, fair());
  Object.assign(cluster.networkFaults, fair());
  Object.assign(cluster.conditions, { lag: 50, refusals: 0, isDown: false });
  simulatedOrganization.aws.faults.clear();
  simulatedOrganization.aws.settings.consistency = { kind: 'Strong' };
  simulatedOrganization.events.cloudTrail.settings.fate = () => [100];
  simulatedOrganization.permit(allowEverything);
  simulatedOrganization.openChannel();
  for (const { life } of simulated.replicas()) {
    life.thaw();
    life.setClockWrong(0);
  }
  if (simulated.replicas().length === 0) await simulated.start();
  simulated.history.add('world', 'calm from here on');
}

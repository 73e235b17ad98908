import type { Random } from '../../src/controller/ports.ts';
import { AwsError } from '../../src/sandbox/awsError.ts';
import { unreliable } from '../../src/sandbox/events/trail.ts';
import { setAccountState } from '../../src/sandbox/founding.ts';
import { allowEverything } from '../../src/sandbox/identity.ts';
import { tooManyRequests } from '../../src/sandbox/organizations/errors.ts';
import { members } from './amazon.ts';
import type { Json } from './apiServer.ts';
import { ask, config, declaration, declare, pathOf, sso } from './people.ts';
import { delegatesOf, memberState } from './state.ts';
import type { Town } from './town.ts';
import { fair } from './wire.ts';

/** Something that happens. What it says goes into the history; undefined: nothing came of it. */
type Happening = (town: Town) => string | undefined | Promise<string | undefined>;

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const minute = 60_000;

/** Resources of a run: one for each principal, and now and then a second one for the same. */
const resources = [
  { name: 'sso', principal: sso },
  { name: 'config', principal: config },
  { name: 'sso-too', principal: sso },
] as const;

function outsider({ amazon }: Town, operation: string, input: Readonly<Record<string, string>>): string {
  const what = `${operation} ${Object.values(input).join(' ')}`;
  try {
    amazon.outsider('organizations', operation, input);
    return what;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `${what}: ${error.code}`;
  }
}

/** For a while, then it is over whatever came in between. */
function meanwhile({ time, random, history }: Town, most: number, over: () => void, what: string): string {
  const lasts = Math.round(most * random());
  time.after(lasts, () => {
    over();
    history.add('world', `over: ${what}`);
  });
  return `${what}, for ${Math.round(lasts / 1_000)} s`;
}

const aResource = ({ random }: Town) =>
  pick(random, [resources[0], resources[0], resources[1], resources[2]]);

const people: readonly Happening[] = [
  (town) => {
    const { name, principal } = aResource(town);
    const spec = declaration(town.random, principal);
    declare(town.cluster.server, name, spec);
    return `kubectl apply ${name} ${JSON.stringify(spec)}`;
  },
  (town) => {
    const { name } = aResource(town);
    ask(town.cluster.server, name, String(town.time.now()));
    return `asks ${name} to be reconciled`;
  },
  (town) => {
    const { name } = pick(town.random, [resources[1], resources[2], aResource(town)]);
    town.cluster.server.remove(pathOf(name));
    return `kubectl delete ${name}`;
  },
  (town) => {
    const { name } = aResource(town);
    const { server } = town.cluster;
    const spec = server.get(pathOf(name))?.['spec'] as Json | undefined;
    if (!spec) return undefined;
    server.remove(pathOf(name));
    if (!server.get(pathOf(name))) declare(server, name, spec);
    return `kubectl replace --force ${name}`;
  },
  (town) => {
    const { name } = aResource(town);
    const { server } = town.cluster;
    const status = server.get(pathOf(name))?.['status'] as Json | undefined;
    if (!status || status['replacement']) return undefined;
    const now = new Date(town.time.now()).toISOString();
    const [from, to] = [pick(town.random, members), pick(town.random, members)];
    const replacement = { uid: 'elsewhere', from, to, startedAt: now, deregisteredAt: now };
    server.update(pathOf(name), (copy) => {
      copy['status'] = { ...status, replacement };
    });
    return `a backup puts a status of ${name} back, with a swap from ${from} to ${to}`;
  },
];

const outsiders: readonly Happening[] = [
  (town) =>
    outsider(town, pick(town.random, ['DisableAWSServiceAccess', 'EnableAWSServiceAccess']), {
      ServicePrincipal: pick(town.random, [sso, config, 'ram.amazonaws.com']),
    }),
  (town) => {
    const principal = pick(town.random, [sso, config]);
    const [now] = delegatesOf(town.amazon, principal);
    if (now === undefined) return undefined;
    return outsider(town, 'DeregisterDelegatedAdministrator', {
      ServicePrincipal: principal,
      AccountId: now,
    });
  },
  (town) =>
    outsider(town, 'RegisterDelegatedAdministrator', {
      ServicePrincipal: pick(town.random, [sso, config]),
      AccountId: pick(town.random, members),
    }),
  ({ amazon, random }) => {
    const account = pick(random, members);
    const state = memberState(amazon, account) === 'ACTIVE' ? 'SUSPENDED' : 'ACTIVE';
    setAccountState(amazon.aws.world, account, state);
    return `account ${account} is ${state}`;
  },
];

const awsFaults: readonly Happening[] = [
  (town) => {
    const { aws, operator } = town.amazon;
    const over = aws.faults.add({
      caller: operator.arn,
      service: 'organizations',
      effect: { kind: 'Error', error: tooManyRequests() },
    });
    return meanwhile(town, 10 * minute, over, 'AWS throttles');
  },
  (town) => {
    const actions = pick(town.random, [
      ['organizations:Describe*', 'organizations:List*'],
      ['organizations:*'],
      ['sso:*', 'iam:*'],
    ]);
    town.amazon.permit([{ actions: ['*'] }, { effect: 'Deny', actions: [...actions] }]);
    const over = () => town.amazon.permit(allowEverything);
    return meanwhile(town, 20 * minute, over, `the operator's role may no longer ${actions.join(', ')}`);
  },
  (town) => {
    const { weather } = town.amazon;
    Object.assign(weather, { latency: 3_000, lost: 0.1, answerLost: 0.15, silent: 0.1 });
    return meanwhile(town, 10 * minute, () => Object.assign(weather, fair()), 'a bad network to AWS');
  },
  (town) => {
    const { settings } = town.amazon.aws;
    settings.consistency = { kind: 'Seeded', window: 8_000, probability: 0.5 };
    const over = () => {
      settings.consistency = { kind: 'Strong' };
    };
    return meanwhile(town, 20 * minute, over, 'AWS answers with what was');
  },
  (town) => {
    const { settings } = town.amazon.events.cloudTrail;
    const before = settings.fate;
    settings.fate = unreliable(town.random, { loss: 0.4, double: 0.3, from: 200, to: 4 * minute });
    const over = () => {
      settings.fate = before;
    };
    return meanwhile(town, 20 * minute, over, 'events are lost, doubled and late');
  },
];

const clusterFaults: readonly Happening[] = [
  (town) => {
    town.cluster.conditions.isDown = true;
    town.cluster.cutWatches();
    const over = () => {
      town.cluster.conditions.isDown = false;
    };
    return meanwhile(town, 5 * minute, over, 'the API server is down');
  },
  (town) => {
    town.cluster.conditions.refusals = 0.3;
    const over = () => {
      town.cluster.conditions.refusals = 0;
    };
    return meanwhile(town, 10 * minute, over, 'the API server refuses now and then');
  },
  (town) => {
    const { weather } = town.cluster;
    Object.assign(weather, { latency: 5_000, lost: 0.1, answerLost: 0.15, silent: 0.05 });
    return meanwhile(
      town,
      10 * minute,
      () => Object.assign(weather, fair()),
      'a bad network to the API server',
    );
  },
  (town) => {
    town.cluster.conditions.lag = 30_000;
    const over = () => {
      town.cluster.conditions.lag = 50;
    };
    return meanwhile(town, 10 * minute, over, 'watches lag');
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

const processFaults: readonly Happening[] = [
  async (town) => {
    const replica = pick(town.random, town.replicas());
    replica.life.kill();
    town.history.add(replica.identity, 'SIGKILL');
    await town.start();
    return undefined;
  },
  async (town) => {
    const replica = pick(town.random, town.replicas());
    replica.terminate();
    town.history.add(replica.identity, 'SIGTERM');
    await town.start();
    return undefined;
  },
  (town) => {
    const { aws, operator } = town.amazon;
    const stop = aws.journal.subscribe(({ readOnly, caller, service }) => {
      if (readOnly || service !== 'organizations' || caller?.arn !== operator.arn) return;
      stop();
      for (const { life } of town.replicas()) life.kill();
      town.history.add('world', 'SIGKILL to every replica, before the answer');
      void town.start();
    });
    return meanwhile(town, 20 * minute, stop, 'the next change of AWS by the operator is its death');
  },
  (town) => {
    const { identity, life } = pick(town.random, town.replicas());
    life.freeze();
    return meanwhile(town, 3 * minute, life.thaw, `${identity} stands still`);
  },
  (town) => {
    const { identity, life } = pick(town.random, town.replicas());
    const by = Math.round((town.random() - 0.5) * 2 * 60 * minute);
    life.setClockWrong(by);
    return meanwhile(
      town,
      30 * minute,
      () => life.setClockWrong(0),
      `${identity}'s clock is wrong by ${by} ms`,
    );
  },
  async (town) => {
    if (town.replicas().length > 2) return undefined;
    await town.start();
    return undefined;
  },
];

const kinds = [people, people, outsiders, outsiders, awsFaults, clusterFaults, processFaults];

/** One thing that happens now, by chance. */
export async function happen(town: Town): Promise<void> {
  const happening = pick(town.random, pick(town.random, kinds));
  const what = await happening(town);
  if (what !== undefined) town.history.add('world', what);
}

/** From here on nothing is wrong with anything, and nobody does anything. */
export async function calm(town: Town): Promise<void> {
  const { amazon, cluster } = town;
  Object.assign(amazon.weather, fair());
  Object.assign(cluster.weather, fair());
  Object.assign(cluster.conditions, { lag: 50, refusals: 0, isDown: false });
  amazon.aws.faults.clear();
  amazon.aws.settings.consistency = { kind: 'Strong' };
  amazon.events.cloudTrail.settings.fate = () => [100];
  amazon.permit(allowEverything);
  for (const { life } of town.replicas()) {
    life.thaw();
    life.setClockWrong(0);
  }
  if (town.replicas().length === 0) await town.start();
  town.history.add('world', 'calm from here on');
}

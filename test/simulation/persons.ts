import { AwsError } from '../../sandbox/aws/awsError.ts';
import { setAccountState } from '../../sandbox/aws/seed.ts';
import { userAgentOf } from '../../src/cli/version.ts';
import type { Json } from './apiServer.ts';
import { meanwhile, minute, type Occurrence, pick } from './occurrence.ts';
import { members, region, trailName } from './simulatedAws.ts';
import { delegatesOf, memberState } from './state.ts';
import { ask, config, declaration, declare, pathOf, sso } from './users.ts';
import type { SimulatedWorld } from './world.ts';

/** Resources of a run: one for each principal, and now and then a second one for the same. */
const resources = [
  { name: 'sso', principal: sso },
  { name: 'config', principal: config },
  { name: 'sso-too', principal: sso },
] as const;

function outsider(
  { simulatedOrganization }: SimulatedWorld,
  operation: string,
  input: Readonly<Record<string, string>>,
): string {
  const what = `${operation} ${Object.values(input).join(' ')}`;
  try {
    simulatedOrganization.outsider('organizations', operation, input);
    return what;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `${what}: ${error.code}`;
  }
}

const aResource = ({ random }: SimulatedWorld) =>
  pick(random, [resources[0], resources[0], resources[1], resources[2]]);

/** What people who use the product do. */
export const users: readonly Occurrence[] = [
  (simulated) => {
    const { name, principal } = aResource(simulated);
    const spec = declaration(simulated.random, principal);
    declare(simulated.cluster.server, name, spec);
    return `kubectl apply ${name} ${JSON.stringify(spec)}`;
  },
  (simulated) => {
    const { name } = aResource(simulated);
    ask(simulated.cluster.server, name, String(simulated.time.now()));
    return `asks ${name} to be reconciled`;
  },
  (simulated) => {
    const { name } = pick(simulated.random, [resources[1], resources[2], aResource(simulated)]);
    simulated.cluster.server.remove(pathOf(name));
    return `kubectl delete ${name}`;
  },
  (simulated) => {
    const { name } = aResource(simulated);
    const { server } = simulated.cluster;
    const spec = server.get(pathOf(name))?.['spec'] as Json | undefined;
    if (!spec) return undefined;
    server.remove(pathOf(name));
    if (!server.get(pathOf(name))) declare(server, name, spec);
    return `kubectl replace --force ${name}`;
  },
  (simulated) => {
    const { name, principal } = aResource(simulated);
    const { server } = simulated.cluster;
    const status = server.get(pathOf(name))?.['status'] as Json | undefined;
    if (!status || status['replacement']) return undefined;
    const now = new Date(simulated.time.now()).toISOString();
    const [from, to] = [pick(simulated.random, members), pick(simulated.random, members)];
    const replacement = { uid: 'elsewhere', from, to, startedAt: now, deregisteredAt: now };
    server.update(pathOf(name), (copy) => {
      copy['status'] = { ...status, replacement };
    });
    simulated.monitor.promised.restored(principal, []);
    return `a backup puts a status of ${name} back, with a swap from ${from} to ${to}`;
  },
  (simulated) => {
    const { name, principal } = aResource(simulated);
    const { server } = simulated.cluster;
    const found = server.get(pathOf(name));
    const status = found?.['status'] as Json | undefined;
    if (!found || !status || status['replacement']) return undefined;
    const began = new Date(
      simulated.time.now() - pick(simulated.random, [5, 25 * 60]) * minute,
    ).toISOString();
    const [from, to] = [pick(simulated.random, members), pick(simulated.random, members)];
    const replacement = { uid: found.metadata['uid'], from, to, startedAt: began, deregisteredAt: began };
    server.update(pathOf(name), (copy) => {
      copy['status'] = { ...status, replacement };
    });
    simulated.monitor.promised.restored(principal, [from]);
    return `an own old status of ${name} is put back, with a swap from ${from} to ${to} of ${began}`;
  },
  ({ cluster: { server } }) => {
    const [from, to] = server.get(pathOf('sso')) ? ['sso', 'sso-too'] : ['sso-too', 'sso'];
    const spec = server.get(pathOf(from))?.['spec'] as Json | undefined;
    if (!spec || server.get(pathOf(to))) return undefined;
    declare(server, to, spec);
    server.remove(pathOf(from));
    return `${from} is renamed to ${to}`;
  },
];

/** What people do in AWS who know nothing of the product. */
export const outsiders: readonly Occurrence[] = [
  (simulated) =>
    outsider(simulated, pick(simulated.random, ['DisableAWSServiceAccess', 'EnableAWSServiceAccess']), {
      ServicePrincipal: pick(simulated.random, [sso, config, 'ram.amazonaws.com']),
    }),
  (simulated) => {
    const principal = pick(simulated.random, [sso, config]);
    const [now] = delegatesOf(simulated.simulatedOrganization, principal);
    if (now === undefined) return undefined;
    return outsider(simulated, 'DeregisterDelegatedAdministrator', {
      ServicePrincipal: principal,
      AccountId: now,
    });
  },
  (simulated) =>
    outsider(simulated, 'RegisterDelegatedAdministrator', {
      ServicePrincipal: pick(simulated.random, [sso, config]),
      AccountId: pick(simulated.random, members),
    }),
  ({ simulatedOrganization, random }) => {
    const account = pick(random, members);
    const closed = random() < 0.5 ? 'SUSPENDED' : 'PENDING_CLOSURE';
    const state = memberState(simulatedOrganization, account) === 'ACTIVE' ? closed : 'ACTIVE';
    setAccountState(simulatedOrganization.aws.world, account, state);
    return `account ${account} is ${state}`;
  },
];

/** A person who means to stay: evicts the administrator and installs another, time and again. */
const insisting: Occurrence = (simulated) => {
  const { time, random, simulatedOrganization, history } = simulated;
  const principal = pick(random, [sso, config]);
  const accountId = pick(random, members);
  const again = (left: number) => {
    const [now] = delegatesOf(simulatedOrganization, principal);
    const about = { ServicePrincipal: principal };
    if (now !== undefined && now !== accountId)
      history.add(
        'world',
        outsider(simulated, 'DeregisterDelegatedAdministrator', { ...about, AccountId: now }),
      );
    if (now !== accountId)
      history.add(
        'world',
        outsider(simulated, 'RegisterDelegatedAdministrator', { ...about, AccountId: accountId }),
      );
    if (left > 0) time.after(Math.round(minute * random()), () => again(left - 1));
  };
  again(8);
  return `a person insists on ${accountId} for ${principal}`;
};

/** The channel is cut, and opened again some time later. */
const switchedOff: Occurrence = (simulated) => {
  const { random, simulatedOrganization: organization } = simulated;
  const { root, infrastructureSpec } = organization;
  if (random() < 0.5) root('events', 'DisableRule', { Name: infrastructureSpec.rule.name });
  else root('cloudtrail', 'StopLogging', { Name: trailName });
  return meanwhile(simulated, 20 * minute, organization.openChannel, 'rule or trail is switched off');
};

/** A call that looks as if the operator had made it: its user agent, or its very role. */
const imitating: Occurrence = async (simulated) => {
  const { simulatedOrganization, random } = simulated;
  const { aws, imitators } = simulatedOrganization;
  const input = { ServicePrincipal: pick(random, [sso, config]) };
  const operation = pick(random, ['DisableAWSServiceAccess', 'EnableAWSServiceAccess']);
  const caller = pick(random, imitators);
  const agent = userAgentOf('simulated', pick(random, simulated.replicas()).identity);
  await aws.send(
    {
      region,
      service: 'organizations',
      operation,
      input,
      caller,
      userAgent: `${agent.name}/${agent.version}`,
    },
    new AbortController().signal,
  );
  return `${operation} ${input.ServicePrincipal} by ${caller.arn}, with the operator's user agent`;
};

/** What people do who act against the product. */
export const adversaries: readonly Occurrence[] = [insisting, switchedOff, imitating];

import { roleSession } from '../../sandbox/aws/callers.ts';
import { addEventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import type { JournalEntry } from '../../sandbox/aws/journal.ts';
import { trustedServices } from '../../sandbox/aws/organizations/trustedServices.ts';
import { addIdentityCenter, addOrganization, issueKeys, putRole } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { createCloud } from '../../src/aws/cloud.ts';
import { systemClock } from '../../src/cli/systemClock.ts';
import { awsInfrastructure } from '../../src/infrastructure/clients.ts';
import { observeInfrastructure } from '../../src/infrastructure/infrastructure.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import { applySteps } from '../../src/infrastructure/provision.ts';
import { principals } from './principals.ts';
import { processorTime } from './processes.ts';
import type { BenchAwsOptions, Drill, Question, Settled } from './simulatedAws.ts';

const region = 'us-east-1';
const operatorRole = 'trusted-access-operator';
const accountOf = (index: number): string => String(100_000_000_000 + index);
const home = accountOf(0);
const now = (): number => performance.timeOrigin + performance.now();

/** In the child: founds the organizations, says where they are, and answers questions until it is left alone. */
export async function serveBenchAws(options: BenchAwsOptions): Promise<void> {
  // More services than AWS has today, so that an organization can be as large as one likes.
  if (trustedServices instanceof Map)
    for (const principal of principals(100))
      trustedServices.set(principal, { principal, maximumAdministrators: 5 });
  const aws = createSimulatedAws({
    seed: 1,
    journalLimit: 10,
    ...(options.throttles && { settings: { throttles: options.throttles } }),
  });
  const roles = Array.from({ length: options.organizations }, (_, index) =>
    found(aws, index, options.enabled),
  );
  const half = options.events ? addEventHalf(aws) : undefined;
  half?.cloudTrail.put({ name: 'management-events', account: home });
  if (half) half.cloudTrail.settings.fate = () => [400];
  const url = await aws.start();
  const role = putRole(aws.world, home, { name: operatorRole });
  const keys = issueKeys(aws.world, roleSession(aws.world, home, role, { sessionName: 'bench' }));
  const environment = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  Object.assign(process.env, environment);
  const queueUrl = half && (await provisionInfrastructure());
  const outside = outsider(aws);
  const bare = half && outside('sqs', 'CreateQueue', { QueueName: 'bare' });
  const answer = answering(aws, outside);
  process.on('message', async ({ number, question }: { number: number; question: Question }) => {
    process.send?.({ number, value: await answer(question) });
  });
  process.once('disconnect', () => {
    half?.close();
    void aws.stop();
  });
  const settled: Settled = {
    environment,
    roles,
    ...(queueUrl !== undefined && { queueUrl }),
    ...(typeof bare?.['QueueUrl'] === 'string' && { bareQueueUrl: bare['QueueUrl'] }),
  };
  process.send?.(settled);
}

function found(aws: SimulatedAws, index: number, enabled: readonly string[]): string {
  const { world } = aws;
  const managementAccountId = accountOf(index);
  addOrganization(world, { managementAccountId, members: [] });
  addIdentityCenter(world, { ownerAccountId: managementAccountId, region, permissionSets: 3 });
  const trust = [{ principals: [home] }];
  const role = putRole(world, managementAccountId, { name: operatorRole, trust });
  const act = aws.actAs(roleSession(world, managementAccountId, role, { sessionName: 'founder' }), region);
  for (const ServicePrincipal of enabled)
    act('organizations', 'EnableAWSServiceAccess', { ServicePrincipal });
  return role.arn;
}

function outsider(aws: SimulatedAws) {
  const role = putRole(aws.world, home, { name: 'break-glass' });
  return aws.actAs(roleSession(aws.world, home, role, { sessionName: 'outsider' }), region);
}

async function provisionInfrastructure(): Promise<string> {
  const cloud = createCloud({ clock: systemClock, random: Math.random });
  const infrastructureSpec = infrastructureSpecOf({ accountId: home, region });
  const api = awsInfrastructure(region, cloud.clientSettings);
  const { signal } = new AbortController();
  const { steps } = planSetup(
    infrastructureSpec,
    await observeInfrastructure(api, infrastructureSpec, signal),
  );
  await applySteps(api, steps, () => undefined, signal);
  cloud.close();
  return infrastructureSpec.queue.url;
}

const isOperators = ({ caller, userAgent }: JournalEntry): boolean =>
  userAgent.includes('trusted-access-operator') && caller?.arn.includes('break-glass') !== true;

const isThrottled = ({ result }: JournalEntry): boolean =>
  result.kind === 'Refused' && result.error.code === 'TooManyRequestsException';

function answering(aws: SimulatedAws, outside: ReturnType<typeof outsider>) {
  let counts: Record<string, number> = {};
  aws.journal.subscribe((entry) => {
    if (!isOperators(entry)) return;
    const name = isThrottled(entry) ? `${entry.operation}, refused for its rate` : entry.operation;
    counts[name] = (counts[name] ?? 0) + 1;
  });
  return async (question: Question): Promise<unknown> => {
    switch (question.ask) {
      case 'counts':
        return counts;
      case 'reset':
        counts = {};
        return undefined;
      case 'drill':
        return drill(aws, outside, question);
      case 'send':
        outside('sqs', 'SendMessage', { QueueUrl: question.queueUrl, MessageBody: 'bare' });
        return now();
    }
  };
}

function drill(
  aws: SimulatedAws,
  outside: ReturnType<typeof outsider>,
  { principal, pid }: Question & { readonly ask: 'drill' },
): Promise<Drill> {
  return new Promise((resolve) => {
    let received: number | undefined;
    let corrected: number | undefined;
    let seen = 0;
    let reads = 0;
    let processor = 0;
    const stop = aws.journal.subscribe((entry) => {
      if (!isOperators(entry)) return;
      const at = now();
      const isRead = entry.operation === 'ListAWSServiceAccessForOrganization';
      if (corrected !== undefined) {
        if (!isRead) return;
        stop();
        resolve({
          changed,
          ...(received !== undefined && { received }),
          seen,
          corrected,
          verified: at,
          reads,
          processor,
        });
      } else if (entry.operation === 'EnableAWSServiceAccess') {
        corrected = at;
        processor = processorTime(pid) - processor;
      } else if (entry.operation === 'ReceiveMessage') {
        if (received !== undefined || !isAbout(entry, principal)) return;
        received = at;
        processor = processorTime(pid);
      } else if (entry.service === 'organizations') {
        reads += 1;
        if (!isRead) return;
        seen = at;
        if (received === undefined) processor = processorTime(pid);
      }
    });
    const changed = now();
    outside('organizations', 'DisableAWSServiceAccess', { ServicePrincipal: principal });
  });
}

const isAbout = ({ result }: JournalEntry, principal: string): boolean =>
  result.kind === 'Answered' && JSON.stringify(result.output).includes(principal);

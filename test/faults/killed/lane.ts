import { watch } from 'node:fs';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../../sandbox/aws/random.ts';
import { members } from '../../cluster/fixture.ts';
import { type Binary, runBinary } from '../../harness/binary.ts';
import { eventually } from '../../harness/eventually.ts';
import { removeWithUs } from '../../harness/reaper.ts';
import { type AwsWithEvents, openAwsWithEvents } from '../awsWithEvents.ts';
import { atMoment, type Moment, type Stirs } from './moment.ts';
import { readStatus, violationOf } from './violations.ts';
import { bystanders, type Subject, subjects, type Wish } from './wishes.ts';

/** One AWS, one folder of manifests, and one operator process after the other. */
export interface Lane extends AsyncDisposable {
  /** What the operators did that nothing allowed, and what was found broken when one was dead. */
  readonly violations: readonly string[];
  declare(wishes: ReadonlyMap<string, Wish>, round: number): Promise<void>;
  isDeclared(name: string): boolean;
  /** Somebody outside changes what AWS has of one service, in some way that is possible. */
  meddle(principal: string, random: Random): string;
  start(): Promise<void>;
  killAt(moment: Moment, signal: NodeJS.Signals): Promise<void>;
  /** Waits until AWS and the status files are as declared in that round. */
  converged(round: number): Promise<void>;
  stop(): Promise<void>;
  /** The last lines of the process that runs. */
  log(): string;
}

async function openAws() {
  const aws = await openAwsWithEvents();
  for (const { principal, administrators } of bystanders) {
    aws.outsider('EnableAWSServiceAccess', { ServicePrincipal: principal });
    for (const AccountId of administrators)
      aws.outsider('RegisterDelegatedAdministrator', { ServicePrincipal: principal, AccountId });
  }
  return aws;
}

function stateOf(
  { outsider }: AwsWithEvents,
  principal: string,
): { enabled: boolean; administrators: string[] } {
  const services = outsider('ListAWSServiceAccessForOrganization')['EnabledServicePrincipals'];
  const found = outsider('ListDelegatedAdministrators', { ServicePrincipal: principal });
  return {
    enabled: (services as { ServicePrincipal: string }[]).some((each) => each.ServicePrincipal === principal),
    administrators: (found['DelegatedAdministrators'] as { Id: string }[]).map(({ Id }) => Id).sort(),
  };
}

export async function openLane(): Promise<Lane> {
  const aws = await openAws();
  const directory = await mkdtemp(join(tmpdir(), 'trusted-access-killed-'));
  const remove = removeWithUs(directory);
  const statusFolder = join(directory, '.status');
  const stirs: Stirs = (stir) => {
    const watcher = watch(statusFolder, stir);
    return () => watcher.close();
  };
  const violations: string[] = [];
  const wished = new Map<string, readonly Wish[]>();
  let operator: Binary | undefined;
  aws.aws.journal.subscribe((entry) => {
    if (entry.readOnly || entry.service !== 'organizations') return;
    if (!entry.caller?.arn.includes('trusted-access-operator')) return;
    const violation = violationOf(entry, wished, statusFolder);
    if (violation !== undefined) violations.push(violation);
  });

  const start = async () => {
    const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0', '--log-level=debug'];
    const args = ['run', '--manifests', directory, `--event-queue=${aws.queue}`, ...off];
    operator = await runBinary(args, aws.environment);
  };

  const check = ({ name, principal }: Subject, round: number): void => {
    const wish = wished.get(name)?.[0];
    if (!wish) throw new Error(`nothing was wished of ${name}`);
    const { enabled, administrators } = stateOf(aws, principal);
    const now = JSON.stringify({ enabled, administrators });
    if (now !== JSON.stringify({ enabled: wish.enabled, administrators: [...wish.administrators].sort() }))
      throw new Error(`${name} is to be ${wish.title}, and AWS has ${now}`);
    if (wish.spec) checkStatus(statusFolder, name, round);
  };

  return {
    violations,
    async declare(wishes, round) {
      for (const { name } of subjects) {
        const wish = wishes.get(name);
        if (!wish) continue;
        wished.set(name, [wish, ...(wished.get(name) ?? [])].slice(0, 2));
        await save(directory, name, wish, round);
      }
    },
    isDeclared: (name) => wished.get(name)?.[0]?.spec !== undefined,
    meddle(principal, random) {
      const { enabled, administrators } = stateOf(aws, principal);
      const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)];
      const free = members.filter((each) => !administrators.includes(each));
      const [operation, AccountId] =
        (enabled && random() < 0.3) || administrators.length > 2
          ? ['DisableAWSServiceAccess', undefined]
          : !enabled
            ? ['EnableAWSServiceAccess', undefined]
            : administrators.length > 0 && (random() < 0.6 || principal === 'sso.amazonaws.com')
              ? ['DeregisterDelegatedAdministrator', pick(administrators)]
              : ['RegisterDelegatedAdministrator', pick(free)];
      aws.outsider(operation, { ServicePrincipal: principal, ...(AccountId && { AccountId }) });
      return operation;
    },
    start,
    async killAt(moment, signal) {
      const process = operator;
      if (!process) throw new Error('nothing runs');
      await atMoment(moment, { aws: aws.aws, stirs }, () => process.signal(signal));
      const { code } = await process.exited;
      if (code !== null && code !== 0) violations.push(`${signal} was answered by exit code ${code}`);
      for (const file of await readdir(statusFolder))
        if (file.endsWith('.yaml')) readStatus(statusFolder, file.slice(0, -'.yaml'.length));
    },
    converged: (round) =>
      eventually(
        () => {
          for (const subject of subjects) check(subject, round);
        },
        { everyMs: 25, what: `round ${round}` },
      ),
    async stop() {
      // What a former process left may be as declared before this one is up.
      await operator?.waitForLine(({ msg }) => msg === 'reconciling');
      operator?.signal('SIGTERM');
      const exit = await operator?.exited;
      if (exit?.code !== 0) violations.push(`SIGTERM at rest ended with ${JSON.stringify(exit)}`);
      for (const { principal, administrators } of bystanders) {
        const now = JSON.stringify(stateOf(aws, principal));
        if (now !== JSON.stringify({ enabled: true, administrators }))
          violations.push(`${principal} was touched: ${now}`);
      }
    },
    log: () =>
      (operator?.lines() ?? [])
        .slice(-30)
        .map((line) => JSON.stringify(line))
        .join('\n'),
    async [Symbol.asyncDispose]() {
      await operator?.stop(0);
      await aws[Symbol.asyncDispose]();
      remove();
    },
  };
}

/**
 * The annotation is another one in each round: its answer in the status says that this round was looked at. So is the
 * interval: a new specification is not held back because somebody meddled three times in ten minutes.
 */
async function save(directory: string, name: string, { spec }: Wish, round: number): Promise<void> {
  const path = join(directory, `${name}.yaml`);
  if (!spec) return rm(path, { force: true });
  const manifest = {
    apiVersion: 'trustedaccess.dev/v1alpha1',
    kind: 'TrustedAccess',
    metadata: { name, annotations: { 'reconcile.fluxcd.io/requestedAt': `round ${round}` } },
    spec: { ...spec, interval: `${round + 60}m` },
  };
  await writeFile(`${path}.new`, JSON.stringify(manifest));
  await rename(`${path}.new`, path);
}

function checkStatus(statusFolder: string, name: string, round: number): void {
  const { metadata, status } = readStatus(statusFolder, name);
  const ready = status?.conditions.find(({ type }) => type === 'Ready');
  const { lastHandledReconcileAt, observedGeneration, replacement, lastDrift } = status ?? {};
  if (lastHandledReconcileAt !== `round ${round}` || observedGeneration !== metadata.generation)
    throw new Error(`${name} has not been looked at: ${JSON.stringify(ready)}`);
  if (ready?.reason !== 'InSync' || replacement) throw new Error(`${name} is ${JSON.stringify(status)}`);
  if (String(lastDrift?.['arn']).includes('trusted-access-operator'))
    throw new Error(`${name} blames the operator itself: ${JSON.stringify(lastDrift)}`);
}

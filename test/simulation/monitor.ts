import type { JournalEntry } from '../../sandbox/aws/journal.ts';
import type { Members } from '../../sandbox/aws/service.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { installationName, installationOf, sharedNamespace } from '../../src/kubernetes/installation.ts';
import { collectionPath } from '../../src/kubernetes/store.ts';
import { violations } from '../controller/fakes/kstatus.ts';
import type { Change } from '../model/promises.ts';
import type { ApiObject } from './apiServer.ts';
import { createGaps, type Gaps } from './gaps.ts';
import type { History } from './history.ts';
import type { Cluster } from './kubernetes.ts';
import { createMemory } from './memory.ts';
import { createPromised, type Promised } from './promised.ts';
import { leaseName, type Replica } from './replica.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import type { Time } from './time.ts';
import { describeWrite } from './writes.ts';

/** Looks at every write there is, to AWS and to a status, and notes what must never be. */
export interface Monitor {
  readonly violations: readonly string[];
  /** Writes to AWS and to statuses, and calls of any kind, for who wants to know whether it is quiet. */
  readonly counts: { readonly aws: number; readonly status: number; readonly calls: number };
  readonly gaps: Gaps;
  readonly promised: Promised;
  written(replica: Replica, operation: string, input: Members): void;
  /** Remembers what this process saw, for judging what it does. */
  follow(replica: Replica): void;
}

export interface MonitorOptions {
  readonly time: Time;
  readonly simulatedOrganization: SimulatedOrganization;
  readonly cluster: Cluster;
  readonly history: History;
}

export function createMonitor({ time, simulatedOrganization, cluster, history }: MonitorOptions): Monitor {
  const violations: string[] = [];
  let awsCalls = 0;
  const counts = {
    aws: 0,
    status: 0,
    get calls() {
      return awsCalls + cluster.calls();
    },
  };
  const memory = createMemory(time);
  const gaps = createGaps(simulatedOrganization);
  const promised = createPromised(simulatedOrganization);
  const offend = (words: string) => {
    violations.push(words);
    history.add('OFFENCE', words);
  };
  cluster.server.subscribe((collection, { type, object }) => {
    if (collection !== collectionPath || type === 'DELETED') return;
    const { status, ready, arn, resource } = judgeStatus(object);
    if (status === undefined) return;
    if (!memory.isNewStatus(object)) return;
    counts.status += 1;
    // A status that a person puts back has the Ready of before.
    if (memory.isNewReady(object.metadata.name, ready)) {
      history.add(object.metadata.name, ready);
      for (const words of resource ? promised.stored(resource) : []) {
        offend(`${object.metadata.name}: ${words}`);
      }
    }
    if (arn === simulatedOrganization.operator.arn)
      offend(`${object.metadata.name}: blames the operator itself for a drift`);
    for (const violation of status) offend(`${object.metadata.name}: ${violation}`);
  });
  simulatedOrganization.aws.journal.subscribe(({ readOnly, caller, operation, input, result, service }) => {
    awsCalls += 1;
    if (readOnly || service !== 'organizations') return;
    const who = caller?.arn === simulatedOrganization.operator.arn ? 'operator' : 'outsider';
    const how = result.kind === 'Refused' ? `refused: ${result.error.code}` : result.kind;
    const isDone = result.kind === 'Answered' || (result.kind === 'Lost' && result.applied);
    const principal = String(input['ServicePrincipal']);
    const change = changeOf(time.now(), who, operation, input);
    if (isDone) {
      gaps.done(operation, input, who === 'operator');
      if (change) promised.changed(change, principal);
    } else if (change?.what === 'Register' && who === 'operator' && isRefusal(result)) {
      promised.refused(String(input['AccountId']), principal);
    }
    history.add(who, `${describeWrite(operation, input)} -> ${how}`);
  });
  return {
    violations,
    counts,
    gaps,
    promised,
    written(replica, operation, input) {
      counts.aws += 1;
      const what = describeWrite(operation, input);
      const holder = holderOf(cluster, replica.namespace, leaseName);
      if (holder !== replica.identity) {
        offend(`${replica.identity} sends ${what} while ${holder || 'no replica'} has the lease`);
      }
      const installation = holderOf(cluster, sharedNamespace, installationName(leaseName));
      if (installation !== installationOf(replica.namespace, leaseName)) {
        offend(`${replica.identity} sends ${what} while ${installation || 'no installation'} may write`);
      }
      const seen = memory.versionsOf(replica, String(input['ServicePrincipal']));
      gaps.sent(String(input['ServicePrincipal']), seen);
      if (seen.length === 0) offend(`${replica.identity} sends ${what}: no resource declares this principal`);
      const change = changeOf(time.now(), 'operator', operation, input);
      const broken = change ? promised.sending(change, String(input['ServicePrincipal']), seen) : [];
      for (const words of broken) offend(`${replica.identity} sends ${what}: ${words}`);
    },
    follow: memory.follow,
  };
}

const changes: Readonly<Record<string, Change['what']>> = {
  EnableAWSServiceAccess: 'Enable',
  DisableAWSServiceAccess: 'Disable',
  RegisterDelegatedAdministrator: 'Register',
  DeregisterDelegatedAdministrator: 'Deregister',
};

/** A call as a change; undefined: it changes no service. */
function changeOf(
  at: number,
  who: Change['who'],
  operation: string,
  { AccountId }: Members,
): Change | undefined {
  const what = changes[operation];
  return what && { at, who, what, ...(AccountId !== undefined && { accountId: String(AccountId) }) };
}

/** AWS will not have this account: neither that there is no room, nor that it has no time. */
function isRefusal(result: JournalEntry['result']): boolean {
  if (result.kind !== 'Refused') return false;
  const { code, members = {} } = result.error;
  const isFull = String(members['Reason']).startsWith('MAX_DELEGATED_ADMINISTRATORS');
  return !isFull && !/TooManyRequests|ConcurrentModification|Service/.test(code);
}

function holderOf({ server }: Cluster, namespace: string, name: string): unknown {
  const lease = server.get(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`);
  return (lease?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

interface Judged {
  /** What is wrong with it; undefined: nothing was said yet. */
  readonly status: string[] | undefined;
  readonly ready: string;
  readonly resource?: TrustedAccess;
  /** ARN of the actor of the last drift. */
  readonly arn?: string | undefined;
}

function judgeStatus(object: ApiObject): Judged {
  const read = readTrustedAccess(object);
  if (read?.kind !== 'Valid') return { status: ['is not valid any more'], ready: '' };
  const { metadata, status } = read.resource;
  if (status.conditions.length === 0) return { status: undefined, ready: '' };
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const { observedGeneration = 0 } = status;
  // It is of the spec that was looked at, which may just have been replaced; at the end it must not lag any more.
  const judged = { ...metadata, generation: Math.min(metadata.generation, observedGeneration) };
  return {
    status: violations(judged, status),
    arn: status.lastDrift?.arn,
    resource: read.resource,
    ready: `Ready=${ready?.status} ${ready?.reason}: ${ready?.message}`,
  };
}

import type { Members } from '../../sandbox/aws/service.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { collectionPath } from '../../src/kubernetes/store.ts';
import { violations } from '../controller/fakes/kstatus.ts';
import type { ApiObject } from './apiServer.ts';
import { createGaps, type Gaps } from './gaps.ts';
import type { History } from './history.ts';
import { permissionOf } from './invariants.ts';
import type { Cluster } from './kubernetes.ts';
import { createMemory } from './memory.ts';
import { leaseName, leasePath, type Replica } from './replica.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import type { Time } from './time.ts';
import { describeWrite } from './writes.ts';

/** Looks at every write there is, to AWS and to a status, and notes what must never be. */
export interface Monitor {
  readonly violations: readonly string[];
  /** Writes to AWS and to statuses, and calls of any kind, for who wants to know whether it is quiet. */
  readonly counts: { readonly aws: number; readonly status: number; readonly calls: number };
  readonly gaps: Gaps;
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
  const offend = (words: string) => {
    violations.push(words);
    history.add('OFFENCE', words);
  };
  cluster.server.subscribe((collection, { type, object }) => {
    if (collection !== collectionPath || type === 'DELETED') return;
    const { status, ready, arn } = judgeStatus(object);
    if (status === undefined) return;
    if (!memory.isNewStatus(object)) return;
    counts.status += 1;
    if (memory.isNewReady(object.metadata.name, ready)) history.add(object.metadata.name, ready);
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
    if (isDone) gaps.done(operation, input, who === 'operator');
    history.add(who, `${describeWrite(operation, input)} -> ${how}`);
  });
  return {
    violations,
    counts,
    gaps,
    written(replica, operation, input) {
      counts.aws += 1;
      const what = describeWrite(operation, input);
      const holder = holderOf(cluster);
      if (holder !== replica.identity) {
        offend(`${replica.identity} sends ${what} while ${holder || 'nobody'} has the lease`);
      }
      const seen = memory.versionsOf(replica, String(input['ServicePrincipal']));
      gaps.sent(String(input['ServicePrincipal']), seen);
      const missing = permissionOf(operation, input, seen, simulatedOrganization);
      if (missing !== undefined) offend(`${replica.identity} sends ${what}: ${missing}`);
    },
    follow: memory.follow,
  };
}

function holderOf({ server }: Cluster): unknown {
  const lease = server.get(`${leasePath}/${leaseName}`);
  return (lease?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

interface Judged {
  /** What is wrong with it; undefined: nothing was said yet. */
  readonly status: string[] | undefined;
  readonly ready: string;
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
    ready: `Ready=${ready?.status} ${ready?.reason}: ${ready?.message}`,
  };
}

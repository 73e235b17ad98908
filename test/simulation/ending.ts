import { desiredState, isRevoking } from '../../src/controller/observe.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { collectionPath } from '../../src/kubernetes/store.ts';
import type { Monitor } from './monitor.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import { delegatesOf, isEnabled, isInUse, memberState } from './state.ts';
import { sso } from './users.ts';
import type { SimulatedWorld } from './world.ts';

/** What is wrong with how it ended, after a time in which nothing was wrong with anything; empty: nothing. */
export function judge({ cluster, simulatedOrganization, monitor }: SimulatedWorld): string[] {
  const resources = cluster.server.list(collectionPath).flatMap((object) => {
    const read = readTrustedAccess(object);
    return read?.kind === 'Valid' ? [read.resource] : [];
  });
  return resources.flatMap((resource) => {
    const verdict = judgeOne(resource, resources, simulatedOrganization, monitor);
    return verdict === undefined ? [] : [`${resource.metadata.name} ${verdict}`];
  });
}

function judgeOne(
  resource: TrustedAccess,
  all: readonly TrustedAccess[],
  simulatedOrganization: SimulatedOrganization,
  { gaps: opened, promised }: Monitor,
): string | undefined {
  const gaps = opened.open();
  const { spec, status, metadata } = resource;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (!ready) return 'was never said anything of';
  const says = `says ${ready.status} ${ready.reason}: ${ready.message}`;
  if (status.observedGeneration !== metadata.generation) return 'lags behind its spec';
  if (isRevoking(resource))
    return revoking(resource, ready.reason, simulatedOrganization) ? undefined : `is not gone, and ${says}`;
  if (spec.suspend) return ready.reason === 'Suspended' ? undefined : says;
  const rival = rivalry(resource, all);
  if (rival === 'Waits') return undefined;
  if (rival !== undefined && rival !== 'Works') return `${rival}, and ${says}`;
  const [broken] = promised.atRest(resource);
  if (broken !== undefined) return `breaks a promise: ${broken}; and ${says}`;
  const alone = unmanaged(resource, gaps);
  if (alone !== undefined) return alone;
  const expected = expectation(resource, simulatedOrganization);
  if (spec.driftPolicy === 'Observe') {
    const seen = [expected.differs ? 'DriftObserved' : 'InSync', ...expected.stalls];
    if (ready.reason === 'UntrustedRecord' && isForeign(resource)) return undefined;
    return seen.includes(ready.reason) ? undefined : `observes, and ${says}`;
  }
  if (ready.reason === 'InSync' && !expected.differs) return undefined;
  if (ready.reason === 'UntrustedRecord' && isForeign(resource)) return undefined;
  if (expected.stalls.includes(ready.reason)) return undefined;
  return `${expected.differs ? `is not as declared` : 'is as declared'}, and ${says}`;
}

/** Somebody is wanted, the operator took the last one away, and did not put back who could be put back. */
function unmanaged({ spec }: TrustedAccess, gaps: ReadonlyMap<string, string>): string | undefined {
  const account = gaps.get(spec.servicePrincipal);
  const isWanted = spec.access === 'Enabled' && spec.delegatedAdministrators?.length !== 0;
  if (account === undefined || !isWanted || spec.suspend || spec.driftPolicy === 'Observe') return undefined;
  return `has nobody where ${account} was, who could be put back`;
}

/** The status of another resource was put back, or of the day before the life began. */
const isForeign = ({ metadata, status }: TrustedAccess) =>
  status.replacement !== undefined &&
  (status.replacement.uid !== metadata.uid || status.replacement.startedAt < '2026');

/** Held up by a guard, and says so. */
function revoking(
  resource: TrustedAccess,
  reason: string,
  simulatedOrganization: SimulatedOrganization,
): boolean {
  const { spec, status } = resource;
  if (spec.suspend || spec.driftPolicy === 'Observe') return true;
  if (reason === 'UntrustedRecord') return isForeign(resource);
  const guarded =
    isInUse(simulatedOrganization) && spec.servicePrincipal === sso && spec.disable?.whileInUse !== 'Allow';
  if (guarded && reason === 'InUse') return true;
  const isUnmanaged = spec.delegatedAdministrators === undefined;
  if (isUnmanaged && delegatesOf(simulatedOrganization, spec.servicePrincipal).length > 0)
    return reason === 'AdministratorsUnmanaged';
  if (guarded) return false;
  return status.replacement !== undefined && reason.startsWith('Account');
}

/** Of two for one service one works, and the other waits for it; undefined: it has no rival. */
function rivalry(resource: TrustedAccess, all: readonly TrustedAccess[]): string | undefined {
  const { servicePrincipal } = resource.spec;
  const rivals = all.filter(
    (other) => other !== resource && other.spec.servicePrincipal === servicePrincipal,
  );
  if (rivals.length === 0) return undefined;
  const waiting = rivals.filter((rival) => reasonOf(rival) === 'Conflict');
  if (reasonOf(resource) === 'Conflict')
    return waiting.length < rivals.length ? 'Waits' : 'waits for no other';
  const working = rivals.filter((rival) => !['Conflict', 'Suspended'].includes(reasonOf(rival)));
  return working.length === 0 ? 'Works' : 'works beside another one';
}

const reasonOf = ({ status }: TrustedAccess) =>
  status.conditions.find(({ type }) => type === 'Ready')?.reason ?? '';

interface Expectation {
  /** AWS is not as it is declared. */
  readonly differs: boolean;
  /** Reasons that may keep it from being. */
  readonly stalls: readonly string[];
}

function expectation(resource: TrustedAccess, simulatedOrganization: SimulatedOrganization): Expectation {
  const { spec, status } = resource;
  const { access, administrators: wanted } = desiredState(resource);
  const present = delegatesOf(simulatedOrganization, spec.servicePrincipal);
  const enabled = isEnabled(simulatedOrganization, spec.servicePrincipal);
  const isSame =
    wanted === undefined ||
    (wanted.length === present.length && wanted.every((one) => present.includes(one)));
  const differs = enabled !== (access === 'Enabled') || !isSame;
  if (access === 'Disabled') {
    if (wanted === undefined && present.length > 0) return { differs, stalls: ['AdministratorsUnmanaged'] };
    const guarded =
      spec.servicePrincipal === sso &&
      isInUse(simulatedOrganization) &&
      spec.disable?.whileInUse !== 'Allow' &&
      enabled;
    return { differs, stalls: guarded ? ['InUse'] : [] };
  }
  const unfit = (wanted ?? []).filter((account) => memberState(simulatedOrganization, account) !== 'ACTIVE');
  const refusal = status.replacement?.refusal?.reason;
  return {
    differs,
    stalls: [
      ...(unfit.length > 0 ? ['AccountNotActive', 'AccountNotFound'] : []),
      ...(refusal === undefined ? [] : [refusal]),
    ],
  };
}

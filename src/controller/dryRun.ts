import { NEVER } from 'rxjs';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import type { Clock } from '../time/clock.ts';
import { assess } from './assess.ts';
import { takeOverObstacle } from './claims.ts';
import type { Desired } from './desired.ts';
import { openDrift } from './drift.ts';
import type { Obstacle } from './fact.ts';
import { hold } from './hold.ts';
import { nothingRemembered } from './memories.ts';
import type { Details, Observation } from './observation.ts';
import type { CurrentPolicy } from './permitted.ts';
import { plan } from './plan.ts';
import { type Action, type Cloud, type Organization, resourcesIn, type Stored } from './ports.ts';
import { type Context, type Run, startRun } from './run.ts';
import type { Plan, View } from './view.ts';
import { viewOf } from './viewOf.ts';

/** What reconciling a resource would do, and what it would stop at. */
export type DryRunForecast =
  /** Being deleted, and nothing in AWS has to be undone for it. */
  | { readonly kind: 'Released' }
  | { readonly kind: 'Suspended' }
  /** It would not get as far as a plan. */
  | { readonly kind: 'Blocked'; readonly organization?: Organization; readonly obstacle: Obstacle }
  | DryRunResult;

export interface DryRunResult {
  readonly kind: 'Foreseen';
  readonly desired: Desired;
  readonly observation: Observation;
  readonly details: Details;
  /** Every action until AWS is as declared, or as far as it would come. */
  readonly actions: readonly Action[];
  /** Why the declared state is not reached by them. */
  readonly stop?: Obstacle;
  /** Why the actions would not be carried out now although they could be: a policy, or somebody who undoes them. */
  readonly held?: Obstacle;
}

export interface DryRunOptions {
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** All resources, among which an older one may be about the same. */
  readonly all: readonly Stored[];
  /** Absent: nothing is restricted. */
  readonly policy?: CurrentPolicy;
  /** Reads shared since then (epoch milliseconds) are good enough. */
  readonly notBefore: number;
}

/**
 * The reconcile that `reconcile` would do, by the same steps up to its plan, without a write to anything.
 * Rejects only when the signal is aborted.
 */
export async function dryRun(
  resource: TrustedAccess,
  dryRunOptions: DryRunOptions,
  signal: AbortSignal,
): Promise<DryRunForecast> {
  const assessed = await assess(startRun(resource, readOnly(dryRunOptions, signal)));
  switch (assessed.kind) {
    case 'Released':
    case 'Suspended':
    case 'Blocked':
      return assessed;
    case 'Waits':
      return { kind: 'Blocked', organization: assessed.organization, obstacle: assessed.obstacle };
  }
  const { run, claim, observation } = assessed;
  const { desired } = run;
  const details = await assessed.details;
  if (assessed.isAbandoned) return { kind: 'Released' };
  const planned = planAll(viewOf(run, observation, details));
  const waits =
    claim.kind === 'Vacant'
      ? takeOverObstacle(resource, claim.waitingFor, planned, dryRunOptions.clock.now())
      : undefined;
  const held = waits?.obstacle ?? heldBy(planned, run, observation);
  return { kind: 'Foreseen', desired, observation, details, ...planned, ...(held && { held }) };
}

function heldBy(planned: Plan, run: Run, observation: Observation): Obstacle | undefined {
  const held = hold(planned, run, observation, openDrift(run.status));
  return held === planned ? undefined : held.stop;
}

/** No plan of a reconcile is longer: each step leaves less to be done. */
const mostSteps = 200;

/**
 * One reconcile replaces one administrator, the next follows: all of them, each on what the ones before leave behind.
 * A gap is closed by the first; a refusal stands.
 */
export function planAll(view: View): Plan {
  const actions: Action[] = [];
  const replacement = view.replacement?.refusal ? view.replacement : undefined;
  let { observation } = view;
  let next = plan(view);
  while (next.actions.length > 0 && actions.length < mostSteps) {
    actions.push(...next.actions);
    observation = next.actions.reduce(afterwards, observation);
    next = plan({ ...view, observation, replacement });
  }
  return { actions, ...(next.stop && { stop: next.stop }) };
}

/** AWS as it is once the action is done. */
function afterwards(observation: Observation, action: Action): Observation {
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return { ...observation, access: { known: true, value: { enabled: action.kind === 'EnableAccess' } } };
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return moved(observation, undefined, action.accountId);
    case 'DeregisterAdministrator':
      return moved(observation, action.accountId, undefined);
    case 'ReplaceAdministrator':
      return moved(observation, action.from, action.to);
  }
}

function moved(observation: Observation, from: string | undefined, to: string | undefined): Observation {
  const { administrators } = observation;
  if (!administrators.known) return observation;
  const staying = administrators.value.filter(({ accountId }) => accountId !== from);
  const value = to === undefined ? staying : [...staying, { accountId: to, state: 'ACTIVE' }];
  return { ...observation, administrators: { known: true, value } };
}

function readOnly({ cloud, clock, all, policy, notBefore }: DryRunOptions, signal: AbortSignal): Context {
  return {
    ports: {
      cloud,
      clock,
      store: {
        ...resourcesIn(() => all),
        changes$: NEVER,
        get: refuse,
        writeStatus: refuse,
        setFinalizer: refuse,
      },
      recorder: { emit: refuse },
      attribution: { recall: refuse, lookUp: refuse },
      channel: { state: refuse },
      ...(policy && { policy }),
    },
    memory: nothingRemembered(),
    learnedMaxima: new Map(),
    wokenAt: notBefore,
    signal,
  };
}

/** What only carrying out and telling a plan need. */
function refuse(): never {
  throw new Error('a plan writes nothing and tells nobody');
}

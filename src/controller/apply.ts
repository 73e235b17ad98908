import type { Replacement } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { sleep } from '../time/sleep.ts';
import { isProgressWorthReporting } from './conditions.ts';
import { type Context, emit, rememberWrite } from './context.ts';
import type { Observation } from './observe.ts';
import type { Action, RequestId } from './ports.ts';
import { replaceAdministrator, type SwapSteps } from './swapSteps.ts';
import { CloudError, type Obstacle } from './terms.ts';

/** The facts that verifying reads found. */
export type Seen = Partial<Pick<Observation, 'access' | 'administrators'>>;

/** How far it came. `seen`: what the verifying reads showed; where not all is done, only a new observation tells. */
export type Applied =
  | { readonly kind: 'Done'; readonly seen: Seen; readonly requestId?: RequestId | undefined }
  | { readonly kind: 'Failed'; readonly error: CloudError }
  | { readonly kind: 'Unverified' }
  | { readonly kind: 'Refused'; readonly obstacle: Obstacle; readonly replacement: Replacement };

/** An action of one write. */
export type SingleAction = Exclude<Action, { kind: 'ReplaceAdministrator' }>;

/** AWS's answer to a write. The request id of the call is undefined where AWS already had it so. */
export type Answer = CloudError | { readonly requestId: RequestId | undefined };

export interface Applying {
  /** What the actions were planned from. */
  readonly observation: Observation;
  /** The status that says that the actions are under way, as of now. */
  readonly underWay: () => TrustedAccessStatus;
}

/**
 * Carries out one action after the other, each verified by a read. Stores that they are under way, and emits that each
 * started and was verified. The first that does not succeed ends it, but for this: an account that AWS refuses to
 * register keeps none of those declared beside it from coming.
 */
export async function apply(
  actions: readonly Action[],
  context: Context,
  applying: Applying,
): Promise<Applied> {
  // An earlier write of the status, which must not overtake a later one.
  const progress = reportProgress(actions, context, applying);
  const applied = await applyAll(actions, context, swapSteps(context, applying, progress));
  await progress;
  return applied;
}

async function applyAll(actions: readonly Action[], context: Context, steps: SwapSteps): Promise<Applied> {
  const { clock } = context;
  let seen: Seen = {};
  let refused: Applied | undefined;
  for (const action of actions) {
    if (refused && action.kind !== 'RegisterAdministrator') break;
    const startedAt = clock.now();
    emit(context, { kind: 'ActionStarted', action });
    const applied = await carryOut(action, context, steps);
    if (applied.kind === 'Done') {
      seen = { ...seen, ...applied.seen };
      const milliseconds = clock.now() - startedAt;
      const request = applied.requestId !== undefined && { requestId: applied.requestId };
      emit(context, { kind: 'ActionVerified', action, milliseconds, ...request });
    } else if (isOneRefused(action, applied)) refused ??= applied;
    else return applied;
  }
  return refused ?? { kind: 'Done', seen };
}

/** Milliseconds: what is composed and sent at once goes out first. */
const headStart = 1;

/**
 * Stores that actions are under way, without holding them up: a correction is sent before the status is composed. A
 * swap says so with the rollback record that it stores.
 */
async function reportProgress(
  [first]: readonly Action[],
  { resource, clock, signal, saved }: Context,
  { underWay }: Applying,
): Promise<void> {
  if (!first || first.kind === 'ReplaceAdministrator' || !isProgressWorthReporting(resource)) return;
  try {
    await sleep(clock, headStart, signal);
    await saved.save(underWay());
  } catch {
    // Not stored is made up for by the report at the end.
  }
}

function isOneRefused(action: Action, applied: Applied): boolean {
  return (
    action.kind === 'RegisterAdministrator' && applied.kind === 'Failed' && applied.error.kind === 'blocked'
  );
}

async function carryOut(action: Action, context: Context, steps: SwapSteps): Promise<Applied> {
  if (action.kind === 'ReplaceAdministrator') return replaceAdministrator(action, steps);
  const answer = await write(action, context);
  if (answer instanceof CloudError) return { kind: 'Failed', error: answer };
  rememberWrite(context, action);
  return confirm(action, answer, context);
}

function swapSteps(
  context: Context,
  { observation, underWay }: Applying,
  progress: Promise<void>,
): SwapSteps {
  const { resource, clock, signal, saved } = context;
  return {
    resource,
    observation,
    clock,
    signal,
    storeRecord: async (replacement) => {
      await progress;
      const status = isProgressWorthReporting(resource) ? underWay() : saved.latest();
      return saved.save({ ...status, replacement });
    },
    write: (action) => write(action, context),
    rememberWrite: (action) => rememberWrite(context, action),
    verify: (action, accepted) => confirm(action, accepted, context),
    emitRollback: (from, to, message) => emit(context, { kind: 'ReplacementRolledBack', from, to, message }),
  };
}

type Calling = Pick<Context, 'organizations' | 'service' | 'clock' | 'signal'>;

/** One write. Anything but a CloudError stays a rejection. */
export async function write(action: SingleAction, calling: Calling): Promise<Answer> {
  try {
    return { requestId: await call(action, calling) };
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}

function call(action: SingleAction, { organizations, service, signal }: Calling) {
  const { principal } = service;
  switch (action.kind) {
    case 'EnableAccess':
      return organizations.enableAccess(principal, signal);
    case 'DisableAccess':
      return organizations.disableAccess(principal, signal);
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return organizations.registerAdministrator(principal, action.accountId, signal);
    case 'DeregisterAdministrator':
      return organizations.deregisterAdministrator(principal, action.accountId, signal);
  }
}

async function confirm(action: Action, answer: Answer, calling: Calling): Promise<Applied> {
  const seen = await verify(action, calling);
  if (!seen) return { kind: 'Unverified' };
  return { kind: 'Done', seen, requestId: answer instanceof CloudError ? undefined : answer.requestId };
}

const pauses = [200, 400, 800, 1_600, 3_200, 3_200, 3_200, 3_200];

/**
 * Reads until AWS shows what was written: a read in the same second may still be stale. Some 16 seconds at most.
 *
 * @returns undefined when it never showed
 */
export async function verify(action: Action, calling: Calling): Promise<Seen | undefined> {
  for (const pause of [...pauses, undefined]) {
    const seen = await readBack(action, calling);
    if (seen) return seen;
    if (pause !== undefined) await sleep(calling.clock, pause, calling.signal);
  }
  return undefined;
}

/** Undefined: not there yet, or the read failed, which right after a write says nothing. */
async function readBack(
  action: Action,
  { organizations, service: { principal }, clock, signal }: Calling,
): Promise<Seen | undefined> {
  const read = { notBefore: clock.now(), signal };
  try {
    if (action.kind === 'EnableAccess' || action.kind === 'DisableAccess') {
      const services = await organizations.enabledServices(read);
      const value = { enabled: services.has(principal), ...services.get(principal) };
      const wanted = action.kind === 'EnableAccess';
      return value.enabled === wanted ? { access: { known: true, value } } : undefined;
    }
    const value = await organizations.administrators(principal, read);
    const shows = (accountId: string) => value.some((administrator) => administrator.accountId === accountId);
    return isShown(action, shows) ? { administrators: { known: true, value } } : undefined;
  } catch (error) {
    if (error instanceof CloudError) return undefined;
    throw error;
  }
}

function isShown(
  action: Exclude<Action, { kind: 'EnableAccess' | 'DisableAccess' }>,
  shows: (accountId: string) => boolean,
): boolean {
  switch (action.kind) {
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return shows(action.accountId);
    case 'DeregisterAdministrator':
      return !shows(action.accountId);
    case 'ReplaceAdministrator':
      return shows(action.to) && !shows(action.from);
  }
}

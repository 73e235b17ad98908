import { type Clock, systemClock } from './clock.ts';
import { callNow, type Outcome, type Request } from './dispatch.ts';
import { createFaults, type Faults } from './faults.ts';
import { listen, type RunningServer } from './http/server.ts';
import type { Caller } from './identity.ts';
import { identityCenterService } from './identityCenter.ts';
import type { Journal } from './journal.ts';
import { organizationsService } from './organizations/service.ts';
import { accountManagementService } from './regions.ts';
import { identityAccessService } from './roles.ts';
import { securityTokenService } from './securityTokens.ts';
import { send } from './send.ts';
import type { Members } from './service.ts';
import type { Settings } from './settings.ts';
import { createWorld, type World } from './world.ts';

export interface SimulatedAwsOptions {
  /** The machine's clock when absent. */
  readonly clock?: Clock;
  /** The same seed gives the same ids and the same chances. */
  readonly seed?: number;
  readonly settings?: Partial<Settings>;
  /** How many requests the journal remembers; 20,000 when absent. */
  readonly journalLimit?: number;
}

export interface SimulatedAws {
  /** The state machine, and where further services are added. */
  readonly world: World;
  readonly faults: Faults;
  readonly journal: Journal;
  /** May be changed while it runs. */
  readonly settings: Settings;
  /** Address of all services; undefined while it does not listen. */
  readonly url: string | undefined;
  /** Listens on loopback; `port` 0 or absent: any free one. Resolves with the address. */
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
  /** Calls without sockets and without faults or rates: how somebody outside acts. Throws an AwsError. */
  actAs(caller: Caller, region?: string): Actor;
  /** One call without sockets, with rates, without faults. */
  call(request: Request): Outcome;
  /** One call without sockets, with all that may happen to it on the way. */
  send(request: Request, signal: AbortSignal): Promise<Outcome>;
}

export type Actor = (service: string, operation: string, input?: Members) => Members;

/** An AWS of its own: several organizations, one address, time and chance from outside. */
export function createSimulatedAws(options: SimulatedAwsOptions = {}): SimulatedAws {
  const world = createWorld({ ...options, clock: options.clock ?? systemClock() });
  for (const service of [
    organizationsService(world),
    securityTokenService(world),
    identityAccessService(world),
    identityCenterService(world),
    accountManagementService(world),
  ]) {
    world.add(service);
  }
  const faults = createFaults();
  let server: RunningServer | undefined;
  return {
    world,
    faults,
    journal: world.journal,
    settings: world.settings,
    get url() {
      return server?.url;
    },
    async start(port = 0) {
      server ??= await listen(world, faults, port);
      return server.url;
    },
    async stop() {
      await server?.stop();
      server = undefined;
    },
    actAs: (caller, region) => actor(world, caller, region),
    call: (request) => callNow(world, request),
    send: (request, signal) => send(world, faults, request, signal),
  };
}

function actor(world: World, caller: Caller, region: string | undefined): Actor {
  return (service, operation, input = {}) => {
    const outcome = callNow(world, {
      service,
      operation,
      input,
      caller,
      unthrottled: true,
      ...(region === undefined ? {} : { region }),
    });
    if (!outcome.ok) throw outcome.error;
    return outcome.output;
  };
}

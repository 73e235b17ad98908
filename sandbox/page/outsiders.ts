import { AwsError } from '../aws/awsError.ts';
import {
  addAdministrator,
  breakQueue,
  closeAccount,
  disableAccess,
  mendQueue,
  OutsideChangeRefused,
  removeAdministrator,
  reopenAccount,
  swapAdministrator,
  throttle,
} from '../drills/outsideChanges.ts';
import type { Scenario } from '../drills/scenario.ts';
import type { Timeline } from '../drills/timeline.ts';
import type { OutsideChangeRequest } from './view.ts';

/** People outside who do what the page asks of them. */
export interface Outsiders {
  readonly throttled: () => boolean;
  /** Returns what was done. @throws DeedRefused when it cannot be done now, or AWS refuses it. */
  makeChange(request: OutsideChangeRequest): string;
}

export interface OutsidersOptions {
  readonly scenario: Scenario;
  readonly sharedTimeline: Pick<Timeline, 'changed' | 'note'>;
  /** The principal of a resource; undefined: there is no such resource. */
  readonly principalOf: (resource: string) => string | undefined;
  /** The drill under way, if any: two stories at once nobody can follow. */
  readonly drill: () => string | undefined;
}

type Reported = { readonly message: string; readonly resource?: string };

const services = {
  disable: disableAccess,
  swap: swapAdministrator,
  remove: removeAdministrator,
  add: addAdministrator,
} as const;

export function createOutsiders({
  scenario,
  sharedTimeline,
  principalOf,
  drill,
}: OutsidersOptions): Outsiders {
  let lift: (() => void) | undefined;

  function setThrottle(on: boolean): string {
    lift?.();
    lift = on ? throttle(scenario) : undefined;
    return on ? 'AWS answers every call with TooManyRequestsException' : 'AWS answers again';
  }

  function reported(request: OutsideChangeRequest): Reported {
    switch (request.outsideChange) {
      case 'throttle':
      case 'unthrottle':
        return { message: setThrottle(request.outsideChange === 'throttle') };
      case 'break':
        return { message: breakQueue(scenario) };
      case 'mend':
        return { message: mendQueue(scenario) };
      case 'close':
      case 'reopen': {
        const { account, outsideChange } = request;
        const known = scenario.aws.world.state.accounts.has(account);
        if (!known) throw new OutsideChangeRefused(`There is no account ${account}.`);
        return {
          message:
            outsideChange === 'close' ? closeAccount(scenario, account) : reopenAccount(scenario, account),
        };
      }
      default: {
        const { resource, outsideChange } = request;
        const principal = principalOf(resource);
        if (principal === undefined) throw new OutsideChangeRefused(`No resource ${resource} exists.`);
        return { message: services[outsideChange](scenario, principal), resource };
      }
    }
  }

  return {
    throttled: () => lift !== undefined,
    makeChange(request) {
      if (drill() !== undefined) throw new OutsideChangeRefused('A drill is running. Wait until it ends.');
      try {
        const change = reported(request);
        sharedTimeline.changed({ ...change, eventExpected: scenario.eventsReach() });
        return change.message;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new OutsideChangeRefused(`AWS refused the change: ${error.message}`, { cause: error });
      }
    },
  };
}

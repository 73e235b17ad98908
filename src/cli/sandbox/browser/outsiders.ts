import { AwsError } from '../../../sandbox/awsError.ts';
import type { Chronicle } from '../chronicle.ts';
import {
  addAdministrator,
  breakQueue,
  closeAccount,
  DeedRefused,
  disableAccess,
  mendQueue,
  removeAdministrator,
  reopenAccount,
  swapAdministrator,
  throttle,
} from '../deeds.ts';
import type { Scene } from '../scene.ts';
import type { DeedRequest } from './view.ts';

/** People outside who do what the page asks of them. */
export interface Outsiders {
  readonly throttled: () => boolean;
  /** Returns what was done. @throws DeedRefused when it cannot be done now, or AWS refuses it. */
  perform(request: DeedRequest): string;
}

export interface OutsidersOptions {
  readonly scene: Scene;
  readonly chronicle: Pick<Chronicle, 'changed' | 'note'>;
  /** The principal of a resource; undefined: there is no such resource. */
  readonly principalOf: (resource: string) => string | undefined;
  /** The drill under way, if any: two stories at once nobody can follow. */
  readonly drill: () => string | undefined;
}

type Told = { readonly message: string; readonly resource?: string };

const services = {
  disable: disableAccess,
  swap: swapAdministrator,
  remove: removeAdministrator,
  add: addAdministrator,
} as const;

export function createOutsiders({ scene, chronicle, principalOf, drill }: OutsidersOptions): Outsiders {
  let lift: (() => void) | undefined;

  function setThrottle(on: boolean): string {
    lift?.();
    lift = on ? throttle(scene) : undefined;
    return on ? 'AWS answers every call with TooManyRequestsException' : 'AWS answers again';
  }

  function told(request: DeedRequest): Told {
    switch (request.deed) {
      case 'throttle':
      case 'unthrottle':
        return { message: setThrottle(request.deed === 'throttle') };
      case 'break':
        return { message: breakQueue(scene) };
      case 'mend':
        return { message: mendQueue(scene) };
      case 'close':
      case 'reopen': {
        const { account, deed } = request;
        const known = scene.aws.world.state.accounts.has(account);
        if (!known) throw new DeedRefused(`There is no account ${account}.`);
        return { message: deed === 'close' ? closeAccount(scene, account) : reopenAccount(scene, account) };
      }
      default: {
        const { resource, deed } = request;
        const principal = principalOf(resource);
        if (principal === undefined) throw new DeedRefused(`No resource ${resource} exists.`);
        return { message: services[deed](scene, principal), resource };
      }
    }
  }

  return {
    throttled: () => lift !== undefined,
    perform(request) {
      if (drill() !== undefined) throw new DeedRefused('A drill is running. Wait until it ends.');
      try {
        const change = told(request);
        chronicle.changed({ ...change, audible: scene.eventsReach() });
        return change.message;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new DeedRefused(`AWS refused the change: ${error.message}`, { cause: error });
      }
    },
  };
}

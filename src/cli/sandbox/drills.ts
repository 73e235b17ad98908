import type { DriftKind } from '../../crds/status.ts';
import {
  addAdministrator,
  breakQueue,
  disableAccess,
  mendQueue,
  removeAdministrator,
  swapAdministrator,
  throttle,
} from './deeds.ts';
import type { Scene } from './scene.ts';

/** What a drill may wait for while it goes on. */
export interface Stage extends Scene {
  /** Resolves when changes are heard through events, or no longer are. */
  driven(wanted: boolean): Promise<void>;
}

/** Something that somebody outside does behind the operator's back. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  readonly resource: string;
  readonly expects: DriftKind;
  /** Goes before the change itself. */
  prepare?(stage: Stage): Promise<void>;
  act(stage: Stage): void;
  /** Goes after the correction, and has to come true too. */
  recover?(stage: Stage): Promise<void>;
}

const sso = 'sso.amazonaws.com';
const disable = (scene: Scene) => void disableAccess(scene, sso);

export const drills: readonly Drill[] = [
  {
    name: 'disable',
    title: 'alice disables trusted access in the console: nobody could sign in any more',
    resource: 'sso',
    expects: 'AccessDisabled',
    act: disable,
  },
  {
    name: 'remove',
    title: 'bob removes the delegated administrator',
    resource: 'sso',
    expects: 'AdministratorRemoved',
    act: (stage) => void removeAdministrator(stage, sso),
  },
  {
    name: 'swap',
    title: 'bob swaps the delegated administrator for another account',
    resource: 'sso',
    expects: 'AdministratorReplaced',
    act: (stage) => void swapAdministrator(stage, sso),
  },
  {
    name: 'stranger',
    title: 'alice registers a stranger beside the declared administrator',
    resource: 'access-analyzer',
    expects: 'AdministratorAdded',
    act: (stage) => void addAdministrator(stage, 'access-analyzer.amazonaws.com'),
  },
  {
    name: 'throttle',
    title: 'AWS throttles everything for three seconds, and alice disables access meanwhile',
    resource: 'sso',
    expects: 'AccessDisabled',
    act(stage) {
      setTimeout(throttle(stage), 3_000);
      disable(stage);
    },
  },
  {
    name: 'deaf',
    title: 'bob switches the event rule off, then alice disables access: nobody hears it',
    resource: 'sso',
    expects: 'AccessDisabled',
    async prepare(stage) {
      breakQueue(stage);
      await stage.driven(false);
    },
    act: disable,
    async recover(stage) {
      mendQueue(stage);
      await stage.driven(true);
    },
  },
];

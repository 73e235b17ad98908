import { sso } from '../controller/fakes/aws.ts';
import { createStore } from '../controller/fakes/store.ts';
import { organizationState, tools } from '../controller/fakes/world.ts';
import { declarations } from './declarations.ts';
import { type Node, name, newMind } from './node.ts';

const start = Date.UTC(2026, 0, 1);

/** Access is on and `tools` administers; the resource is new. */
export function declared(title: string, slotFirst: boolean): Node {
  const store = createStore({ now: () => start });
  store.apply(name, declarations[title] ?? {});
  const organization = organizationState({
    enabled: { [sso]: new Date(0).toISOString() },
    administrators: { [sso]: { [tools]: new Date(0).toISOString() } },
  });
  return {
    now: start,
    aws: [[organization]],
    slotFirst,
    store: store.snapshot(),
    mind: newMind(),
    gap: undefined,
    ownChangeAt: undefined,
    path: {
      step: `${title} is declared${slotFirst ? ', and AWS looks at the slot first' : ''}`,
      before: undefined,
    },
  };
}

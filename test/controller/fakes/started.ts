import { Subject } from 'rxjs';
import { createController, type Result } from '../../../src/controller/controller.ts';
import type { World } from './world.ts';

/** The whole controller at work on a world, woken by the store's changes and by hand. */
export function start(world: World, concurrency = 4, abort = new AbortController()) {
  const wakeUps = new Subject<string>();
  world.ports.store.changes$.subscribe((name) => wakeUps.next(name));
  const controller = createController({
    ports: world.ports,
    random: () => 0.5,
    wakeUps$: wakeUps,
    concurrency,
  });
  const results: Result[] = [];
  controller.results$.subscribe((result) => results.push(result));
  const running = controller.run(abort.signal);
  return { wakeUps, controller, results, abort, running };
}

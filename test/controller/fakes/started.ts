import { BehaviorSubject, Subject } from 'rxjs';
import { createController, type Reconciled } from '../../../src/controller/controller.ts';
import type { World } from './world.ts';

/** The whole controller at work on a world, woken by the store's changes and by hand. */
export function start(world: World, concurrency = 4, abort = new AbortController()) {
  const wakeUps = new Subject<string>();
  const stopping = new AbortController();
  const leadership$ = new BehaviorSubject(abort.signal);
  const controller = createController({
    ports: world.ports,
    random: () => 0.5,
    sources: [{ name: 'by hand', wakeUps$: wakeUps }],
    leadership$,
    stopping: stopping.signal,
    concurrency,
  });
  const results: Reconciled[] = [];
  controller.results$.subscribe((result) => {
    if (result.kind === 'Event') world.ports.recorder.emit(result.event);
    else results.push(result);
  });
  const stop = () => {
    stopping.abort();
    return controller.queue.idle();
  };
  return { wakeUps, controller, results, abort, stop };
}

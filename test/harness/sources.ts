import { merge } from 'rxjs';
import type { WakeUpSource } from '../../src/controller/ports.ts';

/** Takes the wake-ups of all sources; `stop` unsubscribes, and resolves when nothing of theirs is under way. */
export function subscribeTo(
  sources: readonly WakeUpSource[],
  wake: (name: string) => void = () => {},
): { stop(): Promise<void> } {
  const subscription = merge(...sources.map(({ wakeUps$ }) => wakeUps$)).subscribe(wake);
  return {
    async stop() {
      subscription.unsubscribe();
      await Promise.all(sources.map((source) => source.idle?.()));
    },
  };
}

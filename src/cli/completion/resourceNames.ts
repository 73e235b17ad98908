import type { Command } from 'commander';
import { z } from 'zod';
import { collectionPath } from '../../kubernetes/store.ts';
import { listItems, withCluster } from '../plan/clusterResources.ts';
import { systemClock } from '../systemClock.ts';

/** Milliseconds that somebody waits at a prompt. */
const patience = 2_000;

const item = z.object({ metadata: z.object({ name: z.string().regex(/^[a-z0-9.-]+$/) }) });

/** Names of the cluster that the options or the environment point to; none when it does not answer at once. */
export async function resourceNames(command: Command, words: readonly string[]): Promise<readonly string[]> {
  try {
    command.exitOverride().parseOptions([...words.slice(0, -1)]);
    const kubeconfig = given(command, 'kubeconfig');
    const context = given(command, 'context');
    const cluster = {
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    };
    const signal = AbortSignal.timeout(patience);
    const items = await withCluster(cluster, systemClock, (api) =>
      listItems({ api, path: collectionPath }, signal),
    );
    return items.flatMap((each) => item.safeParse(each).data?.metadata.name ?? []);
  } catch {
    return [];
  }
}

function given(command: Command, name: string): string | undefined {
  const typed: unknown = command.getOptionValue(name);
  if (typeof typed === 'string') return typed;
  const { envVar } = command.options.find((option) => option.attributeName() === name) ?? {};
  return envVar === undefined ? undefined : process.env[envVar];
}

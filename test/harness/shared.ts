import { inject } from 'vitest';
import { accessCluster, type Cluster } from './cluster.ts';
import type { ClusterAddress } from './kubeconfig.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterAddress;
    motoUrl: string;
  }
}

/** The cluster that the files of the `cluster` project share. */
export const sharedCluster = (): Cluster => accessCluster(inject('cluster'));

/** Where the moto answers that the files of a project share. */
export const sharedMotoUrl = (): string => inject('motoUrl');

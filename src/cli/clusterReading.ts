import type { Option } from 'commander';
import { environmentOption } from './environmentOption.ts';

/** Which cluster is read, for commands that write nothing to it. */
export function clusterReadingOptions(): Option[] {
  return [
    environmentOption(
      '--kubeconfig <file>',
      'cluster to use; default: KUBECONFIG, ~/.kube/config, or the pod',
    ),
    environmentOption('--context <name>', 'context of the kubeconfig'),
    environmentOption('--watch-label-selector <selector>', 'only resources of the cluster with these labels'),
  ];
}

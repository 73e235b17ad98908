import type { ToolName } from './catalogue.ts';

/** Rooms whose tests need more than Node. Each is a vitest project of its own, so that the rest need not wait for a build. */
export interface RoomWithTools {
  readonly name: 'site' | 'prose' | 'browser' | 'contract' | 'cluster' | 'deploy';
  readonly include: readonly string[];
  readonly tools: readonly ToolName[];
  /** What its files share, started once: see test/harness. */
  readonly shares: readonly ('moto' | 'cluster')[];
}

const aCluster: readonly ToolName[] = ['kubernetes', 'etcd', 'kubectl'];

/** In the order they are run: what is ready first comes first. */
export const roomsWithTools: readonly RoomWithTools[] = [
  { name: 'site', include: ['test/site/**/*.test.ts'], tools: ['zensical'], shares: [] },
  { name: 'prose', include: ['test/prose/**/*.test.ts'], tools: ['vale'], shares: [] },
  { name: 'browser', include: ['test/browser/**/*.test.ts'], tools: ['chromium'], shares: [] },
  { name: 'contract', include: ['test/contract/**/*.test.ts'], tools: ['moto'], shares: ['moto'] },
  {
    name: 'cluster',
    include: ['test/cluster/**/*.test.ts', 'test/harness/**/*.test.ts'],
    tools: [...aCluster, 'moto', 'kstatus', 'zsh', 'fish'],
    shares: ['moto', 'cluster'],
  },
  {
    name: 'deploy',
    include: ['test/deploy/**/*.test.ts'],
    tools: [
      ...aCluster,
      'moto',
      'parliament',
      'actionlint',
      'hcl',
      'kubeconform',
      'glua',
      'kstatus',
      'promtool',
      'helm',
      'kustomize-controller',
    ],
    shares: ['cluster', 'moto'],
  },
];

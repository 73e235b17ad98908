/**
 * One installation works on the resources of a cluster. Leader election knows the replicas of one namespace alone:
 * a second installation in another namespace would act on the same resources. A lease in a namespace that all
 * installations share names the one that may write.
 */
import { createLeaderElector, type LeaderElectionOptions, type LeadersWork } from './leaderElection.ts';

/** Beside the events about cluster-scoped resources. */
export const sharedNamespace = 'default';

/** Of the leader's lease: the label selector is part of it, so that shards do not exclude each other. */
export const installationName = (leaseName: string): string => `${leaseName}-installation`;

/** How an installation is called in the lease. */
export const installationOf = (namespace: string, leaseName: string): string => `${namespace}/${leaseName}`;

export interface Installation {
  /** Works while this installation is the one that may write, until `stop` is aborted and the work has ended. */
  run(work: LeadersWork['onStartedLeading'], stop: AbortSignal): Promise<void>;
  /** The other installation that may write instead; undefined: none is known. */
  rival(): string | undefined;
}

type Options = Pick<LeaderElectionOptions, 'api' | 'clock' | 'uptime' | 'random' | 'log'> & {
  readonly leaseName: string;
  /** Namespace of this installation. */
  readonly namespace: string;
};

/** Replicas of one installation share its name. A stop keeps the lease: an upgrade must not hand it to another one. */
export function createInstallation({ leaseName, namespace, ...options }: Options): Installation {
  const { log } = options;
  const name = installationName(leaseName);
  let rival: string | undefined;
  const elector = createLeaderElector({
    ...options,
    namespace: sharedNamespace,
    name,
    identity: installationOf(namespace, leaseName),
    leaseDuration: 120_000,
    renewDeadline: 80_000,
    retryPeriod: 10_000,
    acquirePeriod: 2_000,
    releases: false,
    onStandby(holder) {
      rival = holder;
      log.warn({ holder, lease: `${sharedNamespace}/${name}` }, rivalMessage(holder));
    },
  });
  return {
    async run(work, stop) {
      const onStartedLeading = (lost: AbortSignal) => {
        rival = undefined;
        return work(lost);
      };
      await elector.run({ onStartedLeading }, stop);
    },
    rival: () => rival,
  };
}

export const rivalMessage = (holder: string): string =>
  `another installation, ${holder}, manages the same resources, so this installation changes nothing. Uninstall one of them, or set a different --watch-label-selector for each.`;

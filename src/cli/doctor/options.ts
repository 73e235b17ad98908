export interface DoctorOptions {
  readonly eventQueue: readonly string[];
  readonly ruleName?: string;
  readonly servicePrincipal: string;
  readonly region?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly clusterName: string;
  readonly manifests?: string;
  readonly policy?: string;
  /** False: without a cluster. */
  readonly cluster: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly leaderElectionNamespace?: string;
  readonly watchLabelSelector?: string;
  /** A folder of CloudTrail files to report on, instead of all checks. */
  readonly cloudtrail?: string;
  readonly json: boolean;
}

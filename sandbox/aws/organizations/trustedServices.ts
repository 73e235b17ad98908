/** What Organizations knows of a service that it can trust. */
export interface TrustedService {
  readonly principal: string;
  /** 0: it knows no delegated administrators. */
  readonly maximumAdministrators: number;
  readonly serviceLinkedRole?: string;
  /** The policy type that must be off before access is disabled. */
  readonly policyType?: string;
}

/** Where AWS documents no maximum. */
const plenty = 50;

// Source: AWS Organizations user guide, "AWS services that you can use with AWS Organizations".
// Written apart from the operator's catalogue, so that each can show a mistake in the other.
const maximums: Readonly<Record<string, number>> = {
  sso: 1,
  account: plenty,
  'access-analyzer': plenty,
  'compute-optimizer': plenty,
  health: plenty,
  'cost-optimization-hub.bcm': 1,
  auditmanager: 1,
  backup: 5,
  cloudtrail: 3,
  config: 3,
  'config-multiaccountsetup': 3,
  'member.org.stacksets.cloudformation': 5,
  guardduty: plenty,
  securityhub: 1,
  inspector2: 1,
  detective: plenty,
  'devops-guru': plenty,
  fms: plenty,
  macie: plenty,
  ipam: plenty,
  'license-manager': plenty,
  'storage-lens.s3': 5,
  'reporting.trustedadvisor': plenty,
  'resource-explorer-2': plenty,
  observabilityadmin: plenty,
  securitylake: plenty,
  iam: plenty,
  ssm: plenty,
  eks: plenty,
  networkmanager: plenty,
  servicecatalog: plenty,
  resiliencehub: plenty,
  'security-ir': plenty,
  'notifications.amazon.com': plenty,
  'reachabilityanalyzer.networkinsights': plenty,
  ec2: plenty,
  'ec2.capacitymanager': plenty,
  'private-marketplace.marketplace': plenty,
  'procurement-insights.marketplace': plenty,
  'billing-cost-management': plenty,
  'selfservicereporting.managedservices': plenty,
  transform: plenty,
  'agent-registry': plenty,
  q: 0,
  controltower: 0,
  'aws-artifact-account-sync': 0,
  ram: 0,
  ds: 0,
  servicequotas: 0,
  'tagpolicies.tag': 0,
  wellarchitected: 0,
  'license-management.marketplace': 0,
};

const extras: Readonly<Record<string, Partial<TrustedService>>> = {
  sso: { serviceLinkedRole: 'AWSServiceRoleForSSO' },
  'tagpolicies.tag': { policyType: 'TAG_POLICY' },
  backup: { policyType: 'BACKUP_POLICY' },
};

export const trustedServices: ReadonlyMap<string, TrustedService> = new Map(
  Object.entries(maximums).map(([host, maximumAdministrators]) => {
    const principal = host.endsWith('.amazon.com') ? host : `${host}.amazonaws.com`;
    return [principal, { principal, maximumAdministrators, ...extras[host] }];
  }),
);

/** What is known of a service that AWS Organizations can trust. Services are data: nothing else names one. */
export interface Service {
  readonly principal: string;
  /** How people call it. */
  readonly title: string;
  /** How many delegated administrators it allows: 0 none, absent: not documented, AWS decides. */
  readonly maximumAdministrators?: number;
  /** Recommended: its own console or API should enable it. Only: nothing else may. Absent: either way. */
  readonly enableFromService?: 'Recommended' | 'Only';
  /** Name of its service-linked role in the management account, when it is documented. */
  readonly serviceLinkedRole?: string;
  /**
   * What deregistering an administrator through Organizations alone does in a service that keeps an administrator of
   * its own, as AWS documents it: a clause. Absent: nothing is documented.
   */
  readonly deregistering?: string;
  /** Whether IAM Identity Center tells if it is in use. */
  readonly identityCenter?: true;
  readonly catalogued: boolean;
}

type Row = readonly [host: string, title: string, extra?: Partial<Service>];

// Source: AWS Organizations user guide, "AWS services that you can use with AWS Organizations".
const rows: readonly Row[] = [
  [
    'sso',
    'IAM Identity Center',
    { maximumAdministrators: 1, serviceLinkedRole: 'AWSServiceRoleForSSO', identityCenter: true },
  ],
  ['account', 'Account Management'],
  ['access-analyzer', 'IAM Access Analyzer'],
  ['compute-optimizer', 'Compute Optimizer'],
  ['health', 'AWS Health'],
  ['cost-optimization-hub.bcm', 'Cost Optimization Hub', { maximumAdministrators: 1 }],
  [
    'auditmanager',
    'Audit Manager',
    {
      maximumAdministrators: 1,
      enableFromService: 'Recommended',
      deregistering:
        'Audit Manager stops collecting evidence for it, and the event data store of its evidence finder stays and is billed',
    },
  ],
  ['backup', 'AWS Backup', { maximumAdministrators: 5 }],
  [
    'cloudtrail',
    'CloudTrail',
    {
      maximumAdministrators: 3,
      enableFromService: 'Recommended',
      deregistering:
        'CloudTrail keeps delegated administrators of its own, and the account can no longer manage organization trails and event data stores',
    },
  ],
  ['config', 'AWS Config', { maximumAdministrators: 3 }],
  ['config-multiaccountsetup', 'AWS Config multi-account setup', { maximumAdministrators: 3 }],
  [
    'member.org.stacksets.cloudformation',
    'CloudFormation StackSets',
    { maximumAdministrators: 5, enableFromService: 'Recommended' },
  ],
  [
    'guardduty',
    'GuardDuty',
    {
      enableFromService: 'Recommended',
      deregistering:
        'GuardDuty keeps an administrator of its own in each Region, with its member accounts, until it is removed there',
    },
  ],
  [
    'securityhub',
    'Security Hub',
    {
      maximumAdministrators: 1,
      enableFromService: 'Recommended',
      deregistering:
        'Security Hub ends central configuration and deletes its configuration policies and their associations',
    },
  ],
  [
    'inspector2',
    'Inspector',
    {
      maximumAdministrators: 1,
      enableFromService: 'Recommended',
      deregistering:
        'Inspector makes the account and its members standalone, and a successor has to associate every member again',
    },
  ],
  [
    'detective',
    'Detective',
    {
      enableFromService: 'Recommended',
      deregistering:
        'Detective deletes the organization behavior graphs of the account and is disabled for it',
    },
  ],
  ['devops-guru', 'DevOps Guru', { enableFromService: 'Recommended' }],
  [
    'fms',
    'Firewall Manager',
    {
      enableFromService: 'Recommended',
      deregistering:
        'Firewall Manager keeps a default administrator of its own, and deletes the policies of an administrator that is revoked',
    },
  ],
  [
    'macie',
    'Macie',
    {
      enableFromService: 'Recommended',
      deregistering:
        'Macie keeps an administrator of its own in each Region, and its member accounts have to be associated again',
    },
  ],
  [
    'ipam',
    'VPC IP Address Manager',
    {
      enableFromService: 'Only',
      deregistering:
        'IPAM keeps an administrator of its own, whose IPAM no longer monitors the accounts of the organization',
    },
  ],
  ['license-manager', 'License Manager', { enableFromService: 'Recommended' }],
  [
    'storage-lens.s3',
    'S3 Storage Lens',
    {
      maximumAdministrators: 5,
      enableFromService: 'Recommended',
      deregistering: 'S3 Storage Lens stops the organization-level dashboards that the account created',
    },
  ],
  ['reporting.trustedadvisor', 'Trusted Advisor', { enableFromService: 'Only' }],
  ['resource-explorer-2', 'Resource Explorer'],
  ['observabilityadmin', 'CloudWatch Observability Admin'],
  [
    'securitylake',
    'Security Lake',
    {
      deregistering:
        'Security Lake keeps an administrator of its own, whose data lake configuration stays behind',
    },
  ],
  ['iam', 'IAM'],
  [
    'ssm',
    'Systems Manager',
    {
      deregistering: 'Systems Manager deletes the organization resource data syncs that the account created',
    },
  ],
  ['controltower', 'Control Tower', { maximumAdministrators: 0 }],
  ['aws-artifact-account-sync', 'AWS Artifact', { maximumAdministrators: 0 }],
  ['ram', 'Resource Access Manager', { maximumAdministrators: 0 }],
  ['ds', 'Directory Service', { maximumAdministrators: 0 }],
  ['servicequotas', 'Service Quotas', { maximumAdministrators: 0, enableFromService: 'Only' }],
  ['tagpolicies.tag', 'Tag policies', { maximumAdministrators: 0 }],
  ['wellarchitected', 'Well-Architected Tool', { maximumAdministrators: 0 }],
  ['license-management.marketplace', 'Marketplace license management', { maximumAdministrators: 0 }],
  // EKS user guide, "Configure EKS Dashboard integration with AWS Organizations"; its role has another principal.
  ['eks', 'EKS Dashboard', { enableFromService: 'Recommended' }],
  // The console deploys the roles that multi-account access needs.
  ['networkmanager', 'Network Manager', { enableFromService: 'Recommended' }],
  ['servicecatalog', 'Service Catalog', { enableFromService: 'Recommended' }],
  ['resiliencehub', 'Resilience Hub', { enableFromService: 'Recommended' }],
  ['security-ir', 'Security Incident Response', { enableFromService: 'Recommended' }],
  // Not under amazonaws.com: Organizations user guide, "AWS User Notifications and AWS Organizations".
  [
    'notifications',
    'User Notifications',
    { principal: 'notifications.amazon.com', enableFromService: 'Only' },
  ],
  ['reachabilityanalyzer.networkinsights', 'VPC Reachability Analyzer', { enableFromService: 'Recommended' }],
  ['q', 'Amazon Q Developer', { maximumAdministrators: 0, enableFromService: 'Only' }],
  ['ec2', 'EC2 declarative policies report'],
  // EC2 user guide, "EC2 Capacity Manager": it creates the service-linked role itself only from its console.
  ['ec2.capacitymanager', 'EC2 Capacity Manager', { enableFromService: 'Recommended' }],
  ['private-marketplace.marketplace', 'Private Marketplace', { enableFromService: 'Recommended' }],
  [
    'procurement-insights.marketplace',
    'Marketplace procurement insights',
    { enableFromService: 'Recommended' },
  ],
  ['billing-cost-management', 'Billing and Cost Management'],
  ['selfservicereporting.managedservices', 'AMS Self-Service Reporting'],
  // AWS Transform user guide: the principal of its roles; the Organizations user guide names none.
  ['transform', 'AWS Transform', { enableFromService: 'Recommended' }],
  ['agent-registry', 'AWS Agent Registry', { enableFromService: 'Recommended' }],
];

export const services: readonly Service[] = rows.map(([host, title, extra]) => ({
  principal: `${host}.amazonaws.com`,
  title,
  ...extra,
  catalogued: true,
}));

const byPrincipal = new Map(services.map((service) => [service.principal, service]));

/** The catalogue's entry; a principal it does not know works with the defaults. */
export function serviceFor(principal: string): Service {
  return byPrincipal.get(principal) ?? { principal, title: principal, catalogued: false };
}

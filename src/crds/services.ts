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
  ['auditmanager', 'Audit Manager', { maximumAdministrators: 1, enableFromService: 'Recommended' }],
  ['backup', 'AWS Backup', { maximumAdministrators: 5 }],
  ['cloudtrail', 'CloudTrail', { maximumAdministrators: 3, enableFromService: 'Recommended' }],
  ['config', 'AWS Config', { maximumAdministrators: 3 }],
  ['config-multiaccountsetup', 'AWS Config multi-account setup', { maximumAdministrators: 3 }],
  [
    'member.org.stacksets.cloudformation',
    'CloudFormation StackSets',
    { maximumAdministrators: 5, enableFromService: 'Recommended' },
  ],
  ['guardduty', 'GuardDuty', { enableFromService: 'Recommended' }],
  ['securityhub', 'Security Hub', { maximumAdministrators: 1, enableFromService: 'Recommended' }],
  ['inspector2', 'Inspector', { maximumAdministrators: 1, enableFromService: 'Recommended' }],
  ['detective', 'Detective', { enableFromService: 'Recommended' }],
  ['devops-guru', 'DevOps Guru', { enableFromService: 'Recommended' }],
  ['fms', 'Firewall Manager', { enableFromService: 'Recommended' }],
  ['macie', 'Macie', { enableFromService: 'Recommended' }],
  ['ipam', 'VPC IP Address Manager', { enableFromService: 'Only' }],
  ['license-manager', 'License Manager', { enableFromService: 'Recommended' }],
  ['storage-lens.s3', 'S3 Storage Lens', { maximumAdministrators: 5, enableFromService: 'Recommended' }],
  ['reporting.trustedadvisor', 'Trusted Advisor', { enableFromService: 'Only' }],
  ['resource-explorer-2', 'Resource Explorer'],
  ['observabilityadmin', 'CloudWatch Observability Admin'],
  ['securitylake', 'Security Lake'],
  ['iam', 'IAM'],
  ['ssm', 'Systems Manager'],
  ['controltower', 'Control Tower', { maximumAdministrators: 0 }],
  ['aws-artifact-account-sync', 'AWS Artifact', { maximumAdministrators: 0 }],
  ['ram', 'Resource Access Manager', { maximumAdministrators: 0 }],
  ['ds', 'Directory Service', { maximumAdministrators: 0 }],
  ['servicequotas', 'Service Quotas', { maximumAdministrators: 0, enableFromService: 'Only' }],
  ['tagpolicies.tag', 'Tag policies', { maximumAdministrators: 0 }],
  ['wellarchitected', 'Well-Architected Tool', { maximumAdministrators: 0 }],
  ['license-management.marketplace', 'Marketplace license management', { maximumAdministrators: 0 }],
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

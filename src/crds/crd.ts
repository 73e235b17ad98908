import { statusSchema } from './status.ts';
import { type StructuralSchema, structuralSchema, withoutDefaults } from './structuralSchema.ts';
import { group, kind, plural, shortName, specSchema, version } from './trustedAccess.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: number;
}

/** apiextensions.k8s.io/v1, as far as it is used here. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<'kind' | 'listKind' | 'plural' | 'singular', string>> &
      Readonly<Record<'shortNames' | 'categories', readonly string[]>>;
    readonly scope: 'Cluster';
    readonly versions: readonly [
      {
        readonly name: string;
        readonly served: true;
        readonly storage: true;
        readonly subresources: { readonly status: Record<never, never> };
        readonly additionalPrinterColumns: readonly PrinterColumn[];
        readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      },
    ];
  };
}

const condition = (type: string, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`;

const columns: readonly PrinterColumn[] = [
  {
    name: 'Principal',
    type: 'string',
    jsonPath: '.spec.servicePrincipal',
    description: 'The service that AWS Organizations trusts.',
  },
  {
    name: 'Access',
    type: 'string',
    jsonPath: '.status.access.state',
    description: 'Trusted access in AWS.',
  },
  {
    name: 'Administrators',
    type: 'string',
    jsonPath: '.status.administrators',
    description: 'The delegated administrators in AWS.',
  },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: condition('Ready', 'status'),
    description: 'Whether AWS is in the desired state.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: condition('Ready', 'reason'),
    description: 'The reason of the condition Ready.',
  },
  {
    name: 'Organization',
    type: 'string',
    jsonPath: '.status.organization.id',
    description: 'The organization of the resource.',
    priority: 1,
  },
  {
    name: 'Events',
    type: 'string',
    jsonPath: condition('EventDriven', 'status'),
    description: 'Whether the operator detects changes by events.',
    priority: 1,
  },
  {
    name: 'Last drift',
    type: 'date',
    jsonPath: '.status.lastDrift.detectedAt',
    description: 'The time since the last drift.',
    priority: 1,
  },
  {
    name: 'By',
    type: 'string',
    jsonPath: '.status.lastDrift.by',
    description: 'The short name of the actor of the last drift.',
    priority: 1,
  },
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'The age of the resource.',
  },
];

/** The schema of a whole TrustedAccess, as the API server gets it. */
export function trustedAccessSchema(): StructuralSchema {
  return {
    description:
      'TrustedAccess declares the AWS Organizations trusted access and the delegated administrators of one AWS service, such as IAM Identity Center. The operator keeps AWS in that state.',
    type: 'object',
    properties: {
      apiVersion: {
        description: 'The version of the schema: trustedaccess.dev/v1alpha1.',
        type: 'string',
      },
      kind: { description: 'The kind: TrustedAccess.', type: 'string' },
      // The API server describes metadata itself and refuses a schema that says more than its type.
      metadata: { type: 'object' },
      spec: structuralSchema(specSchema),
      status: withoutDefaults(structuralSchema(statusSchema)),
    },
    required: ['spec'],
  };
}

export function customResourceDefinition(): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['aws'],
      },
      scope: 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: trustedAccessSchema() },
        },
      ],
    },
  };
}

import { z } from 'zod';
import { organizationRules, principalRules, specRules } from './rules.ts';
import type { conditionSchema, statusSchema } from './status.ts';

export const group = 'trustedaccess.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;
export const kind = 'TrustedAccess';
export const plural = 'trustedaccesses';
export const shortName = 'ta';
export const finalizer = `${group}/revoke`;
/** Flux's annotation: any change of its value asks for a reconcile now. */
export const requestedAtAnnotation = 'reconcile.fluxcd.io/requestedAt';

/** Its value is the `startedAt` of the rollback record that the operator is to drop. */
export const clearReplacementAnnotation = `${group}/clear-replacement`;
/** Its value is the name of the missing resource whose claim this one is to take over without waiting. */
export const takeOverAnnotation = `${group}/take-over`;

/** Its value is the `metadata.generation` that a second user approves. */
export const approvedAnnotation = `${group}/approved`;
/** Name of the user who approved; admission sets it. */
export const approvedByAnnotation = `${group}/approved-by`;
/** Name of the user who last changed the spec; admission sets it. */
export const changedByAnnotation = `${group}/changed-by`;

export const accountId = z
  .string()
  .max(12)
  .regex(/^\d{12}$/)
  .describe('Id of an AWS account.');
export const roleArn = z
  .string()
  .max(2048)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/);
export const externalId = z
  .string()
  .min(2)
  .max(1224)
  .regex(/^[\w+=,.@:/-]+$/);
const region = z
  .string()
  .max(32)
  .regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/);

const organizationSchema = z
  .strictObject({
    id: z
      .string()
      .max(34)
      .regex(/^o-[a-z0-9]{10,32}$/)
      .describe(
        'Guard: the organization of this resource. If the credentials belong to another organization, the operator changes nothing, and the resource stalls with reason WrongOrganization.',
      )
      .optional(),
    roleArn: roleArn
      .describe(
        'Role in the management account that the operator assumes for this resource. Absent: the operator uses its own credentials.',
      )
      .optional(),
    externalId: externalId
      .describe('The external id that the trust policy of roleArn requires. Needs roleArn.')
      .optional(),
    region: region
      .describe(
        'Any region of the partition of the organization, for example us-east-1, cn-northwest-1 or us-gov-west-1. It selects the endpoint of AWS Organizations.',
      )
      .optional(),
  })
  .meta({ 'x-kubernetes-validations': organizationRules })
  .describe('The organization and its credentials. Absent: the organization of the operator.');

const disableSchema = z
  .strictObject({
    confirmation: z
      .enum(['disable'])
      .describe(
        'The word `disable`, as in the AWS console. access: Disabled and deletionPolicy: Revoke require it, because disabling stops the service in every account of the organization.',
      )
      .optional(),
    whileInUse: z
      .enum(['Refuse', 'Allow'])
      .default('Refuse')
      .describe(
        'What to do if the service is in use. sso.amazonaws.com is in use if its organization instance has permission sets or applications. Refuse: stall with reason InUse and change nothing. Allow: disable anyway. If the operator cannot read the use, it treats the service as in use.',
      ),
  })
  .describe(
    'Guards against disabling a service that is in use. Disabling trusted access of sso.amazonaws.com stops sign-in to AWS accounts through IAM Identity Center for the whole organization.',
  );

const deregisterSchema = z
  .strictObject({
    confirmation: z
      .enum(['deregister'])
      .describe(
        'The word `deregister`. The operator requires it before it deregisters an administrator of a service that keeps its own administrator. Without it, the resource stalls with reason NotConfirmed, and the message names the side effects.',
      )
      .optional(),
  })
  .describe(
    'Guard against side effects in services that keep their own administrator, such as GuardDuty and Security Hub. It applies to a swap, a correction and deletionPolicy: Revoke. Registering and enabling need no confirmation.',
  );

export const specSchema = z
  .strictObject({
    servicePrincipal: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[\w+=,.@-]+$/)
      .default('sso.amazonaws.com')
      .meta({ 'x-kubernetes-validations': principalRules })
      .describe(
        'The service that AWS Organizations trusts, for example sso.amazonaws.com (IAM Identity Center). Immutable: create another resource for another service. The operator never changes another principal.',
      ),
    access: z
      .enum(['Enabled', 'Disabled'])
      .default('Enabled')
      .describe(
        'Whether the organization trusts the service. Disabled requires disable.confirmation: disable, and stalls while the service is in use.',
      ),
    delegatedAdministrators: z
      .array(accountId)
      .max(50)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .describe(
        'The accounts that administer the service by delegation, as 12-digit ids. Absent: the operator does not manage them, and registered accounts stay. Empty list: no delegated administrator. sso.amazonaws.com allows one account. A swap checks the new account first, and registers the previous one again if AWS refuses the new one.',
      )
      .optional(),
    organization: organizationSchema.optional(),
    identityCenter: z
      .strictObject({
        region: region
          .describe('The region of the IAM Identity Center instance, for example eu-west-1.')
          .optional(),
      })
      .describe(
        'Where the IAM Identity Center instance of the organization is. Absent: the operator searches all regions. It only reads the instance, to determine whether it is in use.',
      )
      .optional(),
    driftPolicy: z
      .enum(['Correct', 'Observe'])
      .default('Correct')
      .describe(
        'Correct: bring AWS to the desired state. Observe: report differences with reason DriftObserved and change nothing.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'Revoke'])
      .default('Retain')
      .describe(
        'What the operator does in AWS if you delete this resource. Retain: nothing. Revoke: deregister the administrators and disable access, with the same guards as access: Disabled.',
      ),
    disable: disableSchema.optional(),
    deregister: deregisterSchema.optional(),
    interval: z
      .string()
      .max(32)
      .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/)
      .default('1h')
      .meta({
        'x-kubernetes-validations': [
          {
            rule: "duration(self) >= duration('5s') && duration(self) <= duration('24h')",
            message: 'interval must be between 5s and 24h',
          },
        ],
      })
      .describe(
        'The time between two reads of AWS without an event, for example 30m or 1h. While the operator cannot verify that events arrive, it reads AWS at least every 5 minutes.',
      ),
    suspend: z
      .boolean()
      .default(false)
      .describe('true: the operator neither reads nor changes AWS until you set it to false.'),
  })
  .meta({ 'x-kubernetes-validations': specRules })
  .describe('The desired state of one service principal in AWS Organizations.');

export const metadataSchema = z.object({
  name: z.string(),
  uid: z.string().default(''),
  generation: z.number().int().default(1),
  resourceVersion: z.string().default(''),
  creationTimestamp: z.string().default('1970-01-01T00:00:00Z'),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
  labels: z.record(z.string(), z.string()).default({}),
});

export type TrustedAccessSpec = z.output<typeof specSchema>;
export type TrustedAccessStatus = z.output<typeof statusSchema>;
export type Condition = z.output<typeof conditionSchema>;
export type Metadata = z.output<typeof metadataSchema>;

/** A TrustedAccess as the operator works with it: parsed, defaulted, never half valid. */
export interface TrustedAccess {
  readonly metadata: Metadata;
  readonly spec: TrustedAccessSpec;
  readonly status: TrustedAccessStatus;
}

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
        'Guard: the organization this resource is about. When the credentials belong to another one, nothing is changed and the resource stalls with reason WrongOrganization.',
      )
      .optional(),
    roleArn: roleArn
      .describe(
        'Role in the management account that the operator assumes for this resource. Absent: the credentials the operator itself has.',
      )
      .optional(),
    externalId: externalId
      .describe('External id that the trust policy of roleArn asks for. Only together with roleArn.')
      .optional(),
    region: region
      .describe(
        'Any region of the partition the organization is in. It decides the partition and thereby the one endpoint of AWS Organizations, for example us-east-1, cn-northwest-1 or us-gov-west-1.',
      )
      .optional(),
  })
  .meta({ 'x-kubernetes-validations': organizationRules })
  .describe('Which organization, and by which credentials. Absent: the one the operator itself belongs to.');

const disableSchema = z
  .strictObject({
    confirmation: z
      .enum(['disable'])
      .describe(
        'The word `disable`, which the AWS console asks for too. Needed by access: Disabled and by deletionPolicy: Revoke, because disabling stops the service in every account of the organization.',
      )
      .optional(),
    whileInUse: z
      .enum(['Refuse', 'Allow'])
      .default('Refuse')
      .describe(
        'What to do when the service is in use, for sso.amazonaws.com: an organization instance of Identity Center with permission sets or applications. Refuse: stall with reason InUse, change nothing. Allow: disable all the same. Use that cannot be read counts as in use.',
      ),
  })
  .describe(
    'Guards against switching off a service that people depend on. Disabling trusted access of sso.amazonaws.com stops sign-in to AWS accounts through IAM Identity Center for the whole organization.',
  );

const deregisterSchema = z
  .strictObject({
    confirmation: z
      .enum(['deregister'])
      .describe(
        'The word `deregister`. Needed before the operator deregisters an administrator of a service that keeps an administrator of its own; without it the resource stalls with reason NotConfirmed, and the message names what deregistering does there.',
      )
      .optional(),
  })
  .describe(
    'Guard against side effects in services that keep an administrator of their own, such as GuardDuty and Security Hub. It holds for a swap, for a correction and for deletionPolicy: Revoke; registering and enabling need no confirmation.',
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
        'The service that AWS Organizations trusts, for example sso.amazonaws.com (IAM Identity Center). Immutable: another service is another resource. No other principal is ever touched.',
      ),
    access: z
      .enum(['Enabled', 'Disabled'])
      .default('Enabled')
      .describe(
        'Whether the organization trusts the service. Disabled needs disable.confirmation: disable, and stops while the service is in use.',
      ),
    delegatedAdministrators: z
      .array(accountId)
      .max(50)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .describe(
        'Accounts that administer the service by delegation, by their 12-digit ids. Absent: not managed, whoever is registered stays. Empty list: nobody. sso.amazonaws.com allows one; replacing it checks the new account first and puts the old one back when AWS refuses the new one.',
      )
      .optional(),
    organization: organizationSchema.optional(),
    identityCenter: z
      .strictObject({
        region: region.describe('Region of the Identity Center instance, for example eu-west-1.').optional(),
      })
      .describe(
        'Where the Identity Center instance of the organization lives. Absent: looked for. Only read, to tell whether people depend on it.',
      )
      .optional(),
    driftPolicy: z
      .enum(['Correct', 'Observe'])
      .default('Correct')
      .describe(
        'Correct: make AWS as declared. Observe: report differences with reason DriftObserved and change nothing.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'Revoke'])
      .default('Retain')
      .describe(
        'What deleting this resource does to AWS. Retain: nothing. Revoke: deregister the administrators and disable access, under the same guards as access: Disabled.',
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
        'How long to wait before looking again although nothing was heard, for example 30m or 1h. While events are not proven to arrive, every 5 minutes at the latest.',
      ),
    suspend: z
      .boolean()
      .default(false)
      .describe('true: leave AWS alone and look at nothing until it is false again.'),
  })
  .meta({ 'x-kubernetes-validations': specRules })
  .describe('What AWS Organizations should have for one service principal.');

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

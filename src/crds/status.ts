import { z } from 'zod';

const time = z.string().max(64).meta({ format: 'date-time' });
const text = (max: number) => z.string().max(max);
/** As Kubernetes has the reason of a condition. No enum: a newer operator may know more reasons than the installed CRD. */
const reason = text(1024).regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);

export const conditionTypes = [
  'Ready',
  'Reconciling',
  'Stalled',
  'AccessEnabled',
  'AdministratorsDelegated',
  'EventDriven',
] as const;
export type ConditionType = (typeof conditionTypes)[number];

export const conditionSchema = z
  .object({
    type: text(316).describe(
      'Ready, Reconciling, Stalled, AccessEnabled, AdministratorsDelegated or EventDriven.',
    ),
    status: z
      .enum(['True', 'False', 'Unknown'])
      .describe('True, False or Unknown. What could not be read is Unknown.'),
    reason: reason.describe('One word of a closed vocabulary; the operations page explains each.'),
    message: text(32768).describe('What it means here, in a sentence, and what to do.'),
    lastTransitionTime: time.describe('When status last changed.'),
    observedGeneration: z.number().int().describe('The generation of the spec this is about.').optional(),
  })
  .describe('One aspect of the state, as Kubernetes conditions are.');

export const driftKinds = [
  'AccessDisabled',
  'AccessEnabled',
  'AdministratorRemoved',
  'AdministratorAdded',
  'AdministratorReplaced',
] as const;
export type DriftKind = (typeof driftKinds)[number];

const identityCenterUserSchema = z
  .object({
    userId: text(256).describe('Id of the user in the identity store.'),
    identityStoreArn: text(512).describe('ARN of the identity store.').optional(),
  })
  .describe('The Identity Center user that the call was made for, when CloudTrail names one.');

const lastDriftSchema = z
  .object({
    kind: z.enum(driftKinds).describe('What was changed in AWS behind the back of this resource.'),
    detectedAt: time.describe('When the operator saw it.'),
    correctedAt: time
      .describe('When AWS was verified to be as declared again. Absent: not put right.')
      .optional(),
    by: text(2048)
      .describe(
        'Short name of the actor, when known: jane@example.com (AdministratorAccess), role deploy, Control Tower.',
      )
      .optional(),
    arn: text(2048).describe('ARN of the session, user or role that made the call.').optional(),
    onBehalfOf: identityCenterUserSchema.optional(),
    via: text(2048)
      .describe('The services and tools that the call went through: Terraform, CloudFormation, AWS console.')
      .optional(),
    sourceIp: text(256).describe('IP address that the call came from.').optional(),
    eventId: text(256).describe('Id of the CloudTrail event that names the actor.').optional(),
    detectedBy: z
      .enum(['Event', 'Resync'])
      .describe('Event: an event told of it. Resync: the operator found it when it looked by itself.'),
    count: z
      .number()
      .int()
      .describe('How often the same drift came back in a row; from three in ten minutes on it is Contended.'),
    firstDetectedAt: time.describe('When the row of the same drift began.'),
  })
  .describe('The last difference that no change of the spec explains.');

const refusalSchema = z
  .object({
    reason: reason.describe('Why AWS, or the check beforehand, refused the new account.'),
    message: text(4096).describe('The refusal in a sentence.'),
    at: time.describe('When.'),
    generation: z.number().int().describe('The generation of the spec that was refused.'),
    accountState: text(64).describe(
      'State of the new account then; the swap is tried again when it changes.',
    ),
    requestedAt: text(256).describe('Value of the request annotation then.').optional(),
    retryAt: time
      .describe(
        'When the swap is tried again. Absent: AWS gave a final reason; only the spec, the account or a request lifts it.',
      )
      .optional(),
  })
  .describe('Present when AWS refused the new account; the previous administrator stays.');

const replacementSchema = z
  .object({
    uid: text(128)
      .describe('The uid of the resource that wrote this record. Another resource never acts on it.')
      .optional(),
    from: text(12).describe('The previous administrator: the rollback registers it again.'),
    to: text(12).describe('The administrator that is to take over.'),
    startedAt: time.describe('When the swap began. An unfinished swap is acted on for 24 hours.'),
    deregisteredAt: time
      .describe(
        'Written right before the operator deregisters the previous administrator. Absent: a missing administrator is not the work of this swap.',
      )
      .optional(),
    refusal: refusalSchema.optional(),
  })
  .describe('The rollback record of a swap of the only administrator, written before its first change.');

const waitingForSchema = z
  .object({
    name: text(253).describe('The resource that holds the claim on this organization and principal.'),
    sameState: z.boolean().describe('Whether that resource declares the same state as this one.'),
    goneSince: time.describe('When that resource was first found missing. Absent: it is there.').optional(),
  })
  .describe('Present while this resource waits for another one with the same organization and principal.');

const approvalSchema = z
  .object({
    generation: z.number().int().describe('The approved generation of the spec.'),
    since: time.describe('When the operator first saw the approval. It expires some time later.'),
  })
  .describe('Present while a second user approves this generation, where the policy requires approvals.');

/** Status as the operator keeps it. Parsing is lenient: what a newer version wrote is dropped, not refused. */
export const statusSchema = z
  .object({
    observedGeneration: z.number().int().describe('The generation of the spec last acted upon.').optional(),
    inSyncGeneration: z
      .number()
      .int()
      .describe('The generation of the spec that AWS was last verified to match.')
      .optional(),
    lastHandledReconcileAt: text(256)
      .describe('Value of the annotation reconcile.fluxcd.io/requestedAt last answered.')
      .optional(),
    organization: z
      .object({
        id: text(34).describe('Id of the organization.'),
        managementAccountId: text(12).describe('Its management account.'),
        partition: text(16).describe('aws, aws-cn, aws-us-gov, …'),
      })
      .describe('The organization found by the credentials.')
      .optional(),
    access: z
      .object({
        state: z.enum(['Enabled', 'Disabled', 'Unknown']).describe('What AWS has, not what was asked for.'),
        since: time.describe('When AWS says it was enabled.').optional(),
      })
      .describe('Trusted access as AWS has it.')
      .optional(),
    administrators: text(1024)
      .describe('The administrators AWS has, in one line: account ids, none or unknown.')
      .optional(),
    delegatedAdministrators: z
      .array(
        z
          .object({
            accountId: text(12).describe('The account.'),
            name: text(256).describe('Its name.').optional(),
            since: time.describe('Since when it is registered.').optional(),
          })
          .describe('An administrator AWS has.'),
      )
      .max(200)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['accountId'] })
      .describe('The administrators AWS has. Absent: could not be read.')
      .optional(),
    identityCenter: z
      .object({
        instanceArn: text(256).describe('ARN of the organization instance.').optional(),
        region: text(32).describe('Its region.').optional(),
        use: z.enum(['InUse', 'Idle', 'Unknown']).describe('Whether people depend on it.'),
        permissionSets: z.number().int().describe('How many permission sets it has.').optional(),
        applications: z
          .number()
          .int()
          .describe('How many applications it has; counted when it has no permission sets.')
          .optional(),
      })
      .describe('IAM Identity Center of the organization, for sso.amazonaws.com.')
      .optional(),
    serviceLinkedRole: z
      .object({
        name: text(128).describe('Name of the role.'),
        state: z.enum(['Present', 'Absent', 'Unknown']).describe('Whether the management account has it.'),
      })
      .describe('Service-linked role of the service in the management account.')
      .optional(),
    replacement: replacementSchema.optional(),
    waitingFor: waitingForSchema.optional(),
    approval: approvalSchema.optional(),
    lastDrift: lastDriftSchema.optional(),
    conditions: z
      .array(conditionSchema)
      .max(16)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .describe(
        'Ready, Reconciling and Stalled as kstatus has them; AccessEnabled, AdministratorsDelegated and EventDriven state what AWS has.',
      )
      .default([]),
  })
  .describe('What AWS has, and what the operator did about it.');

export type LastDrift = z.output<typeof lastDriftSchema>;
export type Replacement = z.output<typeof replacementSchema>;
export type Approval = z.output<typeof approvalSchema>;
export type WaitingFor = z.output<typeof waitingForSchema>;
export type Refusal = z.output<typeof refusalSchema>;

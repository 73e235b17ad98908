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
      .describe('True, False or Unknown. Unknown: the operator could not read it.'),
    reason: reason.describe('A word of a closed vocabulary. docs/operations.md explains each one.'),
    message: text(32768).describe('The fact, its consequence and the remedy.'),
    lastTransitionTime: time.describe('When the status of the condition last changed.'),
    observedGeneration: z
      .number()
      .int()
      .describe('The generation of the spec that the condition describes.')
      .optional(),
  })
  .describe('A Kubernetes condition.');

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
    kind: z.enum(driftKinds).describe('The kind of the change in AWS that no change of the spec explains.'),
    detectedAt: time.describe('When the operator detected the drift.'),
    correctedAt: time
      .describe('When the operator verified that AWS is in the desired state again. Absent: not corrected.')
      .optional(),
    by: text(2048)
      .describe(
        'The short name of the actor, such as jane@example.com (AdministratorAccess) or role deploy. Absent: unknown.',
      )
      .optional(),
    arn: text(2048).describe('The ARN of the session, user or role that made the call.').optional(),
    onBehalfOf: identityCenterUserSchema.optional(),
    via: text(2048)
      .describe('The services and tools that the call went through, such as Terraform or the AWS console.')
      .optional(),
    sourceIp: text(256).describe('The IP address of the caller.').optional(),
    eventId: text(256).describe('The id of the CloudTrail event that names the actor.').optional(),
    detectedBy: z
      .enum(['Event', 'Resync'])
      .describe(
        'Event: an event reported the drift. Resync: the operator found the drift in a periodic read of AWS.',
      ),
    count: z
      .number()
      .int()
      .describe('How often the same drift recurred. Three times within ten minutes is Contended.'),
    firstDetectedAt: time.describe('When the operator first detected this drift in the current series.'),
  })
  .describe('The last difference that no change of the spec explains.');

const refusalSchema = z
  .object({
    reason: reason.describe('The reason why AWS, or the check before the swap, refused the new account.'),
    message: text(4096).describe('The refusal in words.'),
    at: time.describe('When.'),
    generation: z.number().int().describe('The generation of the spec at the refusal.'),
    accountState: text(64).describe(
      'The state of the new account at the refusal. If it changes, the operator tries the swap again.',
    ),
    requestedAt: text(256)
      .describe('The value of the annotation reconcile.fluxcd.io/requestedAt at the refusal.')
      .optional(),
    retryAt: time
      .describe(
        'When the operator tries the swap again. Absent: the reason is final. The operator tries again if the spec, the account or the request annotation changes.',
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
    to: text(12).describe('The new administrator.'),
    startedAt: time.describe('When the swap started. The operator acts on an unfinished swap for 24 hours.'),
    deregisteredAt: time
      .describe(
        'Written right before the operator deregisters the previous administrator. Absent: this swap did not cause a missing administrator.',
      )
      .optional(),
    refusal: refusalSchema.optional(),
  })
  .describe('The rollback record of a swap of the only administrator, written before its first change.');

const waitingForSchema = z
  .object({
    name: text(253).describe('The resource that holds the claim on this organization and principal.'),
    sameState: z.boolean().describe('Whether that resource declares the same state as this one.'),
    goneSince: time
      .describe('When the operator first found that resource missing. Absent: the resource exists.')
      .optional(),
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
    observedGeneration: z
      .number()
      .int()
      .describe('The generation of the spec that the operator last reconciled.')
      .optional(),
    inSyncGeneration: z
      .number()
      .int()
      .describe('The generation of the spec that AWS last matched.')
      .optional(),
    lastHandledReconcileAt: text(256)
      .describe('The value of the annotation reconcile.fluxcd.io/requestedAt that the operator last handled.')
      .optional(),
    organization: z
      .object({
        id: text(34).describe('Id of the organization.'),
        managementAccountId: text(12).describe('The management account of the organization.'),
        partition: text(16).describe('aws, aws-cn, aws-us-gov, …'),
      })
      .describe('The organization of the credentials.')
      .optional(),
    access: z
      .object({
        state: z.enum(['Enabled', 'Disabled', 'Unknown']).describe('The actual state in AWS.'),
        since: time.describe('When it was enabled, as AWS reports it.').optional(),
      })
      .describe('Trusted access in AWS.')
      .optional(),
    administrators: text(1024)
      .describe('The administrators in AWS in one line: account ids, none or unknown.')
      .optional(),
    delegatedAdministrators: z
      .array(
        z
          .object({
            accountId: text(12).describe('The account.'),
            name: text(256).describe('Its name.').optional(),
            since: time.describe('When AWS registered the account.').optional(),
          })
          .describe('An administrator AWS has.'),
      )
      .max(200)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['accountId'] })
      .describe('The administrators in AWS. Absent: could not be read.')
      .optional(),
    identityCenter: z
      .object({
        instanceArn: text(256).describe('ARN of the organization instance.').optional(),
        region: text(32).describe('Its region.').optional(),
        use: z
          .enum(['InUse', 'Idle', 'Unknown'])
          .describe(
            'InUse: it has permission sets or applications. Idle: it has none. Unknown: could not be read.',
          ),
        permissionSets: z.number().int().describe('How many permission sets it has.').optional(),
        applications: z
          .number()
          .int()
          .describe('How many applications it has. Counted only if it has no permission sets.')
          .optional(),
      })
      .describe('IAM Identity Center of the organization. Only for sso.amazonaws.com.')
      .optional(),
    serviceLinkedRole: z
      .object({
        name: text(128).describe('Name of the role.'),
        state: z
          .enum(['Present', 'Absent', 'Unknown'])
          .describe('Whether the management account has the role.'),
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
        'Ready, Reconciling and Stalled follow kstatus. AccessEnabled, AdministratorsDelegated and EventDriven report the actual state.',
      )
      .default([]),
  })
  .describe('The actual state of AWS, and what the operator did.');

export type LastDrift = z.output<typeof lastDriftSchema>;
export type Replacement = z.output<typeof replacementSchema>;
export type Approval = z.output<typeof approvalSchema>;
export type WaitingFor = z.output<typeof waitingForSchema>;
export type Refusal = z.output<typeof refusalSchema>;

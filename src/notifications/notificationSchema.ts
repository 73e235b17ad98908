import { z } from 'zod';
import { reasons } from '../crds/reasons.ts';
import { driftKinds } from '../crds/status.ts';

/** `detail-type` of each notification. Rules of the bus may match on it. */
export const notificationTypes = [
  'Drift Detected',
  'Drift Attributed',
  'Drift Corrected',
  'Contended',
  'Stalled',
  'Recovered',
  'Replacement Rolled Back',
  'Service Administrator Advice',
] as const;
export type NotificationType = (typeof notificationTypes)[number];

const time = z.string().max(64).meta({ format: 'date-time' });
const accountId = z.string().regex(/^\d{12}$/);

const driftSchema = z
  .strictObject({
    kind: z.enum(driftKinds).describe('The kind of the change in AWS that no change of the spec explains.'),
    detectedAt: time.describe('When the operator detected the drift.'),
    correctedAt: time
      .describe('When the operator verified that AWS is in the desired state again.')
      .optional(),
    by: z.string().max(2048).describe('The short name of the actor. Absent: unknown.').optional(),
    arn: z.string().max(2048).describe('The ARN of the session, user or role that made the call.').optional(),
    onBehalfOf: z
      .strictObject({ userId: z.string().max(256), identityStoreArn: z.string().max(512).optional() })
      .describe('The Identity Center user behind the call.')
      .optional(),
    via: z.string().max(2048).describe('The services and tools that the call went through.').optional(),
    sourceIp: z.string().max(256).describe('The IP address of the caller.').optional(),
    eventId: z.string().max(256).describe('The CloudTrail event that names the actor.').optional(),
    detectedBy: z
      .enum(['Event', 'Resync'])
      .describe(
        'Event: an event reported the drift. Resync: the operator found it in a periodic read of AWS.',
      ),
    count: z.number().int().describe('How often the same drift recurred.'),
  })
  .describe('The drift. Only for the three Drift types and Contended.');

/** `detail` of every notification. Members are only ever added; `version` changes when one changes its meaning. */
export const notificationSchema = z
  .strictObject({
    version: z.literal('1').describe('The version of this schema.'),
    clusterName: z.string().max(256).describe('The --cluster-name of the operator.'),
    at: time.describe('When it happened.'),
    message: z.string().max(4096).describe('What happened, in words.'),
    resource: z
      .strictObject({
        name: z.string().max(253).describe('Name of the TrustedAccess resource.'),
        uid: z.string().max(128).describe('Its uid.'),
        servicePrincipal: z.string().max(128).describe('The service principal.'),
      })
      .describe('The resource of the notification.'),
    organization: z
      .strictObject({
        id: z.string().max(34).describe('Id of the organization.'),
        managementAccountId: accountId.describe('The management account of the organization.'),
      })
      .describe('The organization. Absent: unknown.')
      .optional(),
    drift: driftSchema.optional(),
    corrects: z
      .boolean()
      .describe('Only for Drift Detected. true: the operator corrects the drift. false: it only reports it.')
      .optional(),
    stalled: z
      .strictObject({ reason: z.enum(reasons).describe('The reason of the condition Stalled.') })
      .describe('With Stalled.')
      .optional(),
    replacement: z
      .strictObject({
        from: accountId.describe('The previous administrator, which the operator registered again.'),
        to: accountId.describe('The administrator AWS refused.'),
      })
      .describe('With Replacement Rolled Back.')
      .optional(),
    advice: z
      .strictObject({
        access: z.enum(['Enabled', 'Disabled']).describe('The new state of trusted access.'),
        steps: z.array(z.string().max(1024)).describe('The next steps in the console of the service.'),
      })
      .describe('Only for Service Administrator Advice: next steps for the administrators of the service.')
      .optional(),
  })
  .describe(
    'The detail of a notification that trusted-access-operator sends to the event bus of --notify-bus.',
  );

export type Notification = z.output<typeof notificationSchema>;

/** The JSON Schema for people who write rules and consumers. */
export function notificationJsonSchema() {
  return z.toJSONSchema(notificationSchema);
}

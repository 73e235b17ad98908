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
    kind: z.enum(driftKinds).describe('What was changed in AWS behind the back of the resource.'),
    detectedAt: time.describe('When the operator saw it.'),
    correctedAt: time.describe('When AWS was verified to be as declared again.').optional(),
    by: z.string().max(2048).describe('Short name of the actor, when known.').optional(),
    arn: z.string().max(2048).describe('ARN of the session, user or role that made the call.').optional(),
    onBehalfOf: z
      .strictObject({ userId: z.string().max(256), identityStoreArn: z.string().max(512).optional() })
      .describe('The Identity Center user that the call was made for.')
      .optional(),
    via: z.string().max(2048).describe('The services and tools that the call went through.').optional(),
    sourceIp: z.string().max(256).describe('IP address that the call came from.').optional(),
    eventId: z.string().max(256).describe('CloudTrail event that names the actor.').optional(),
    detectedBy: z.enum(['Event', 'Resync']).describe('Whether an event told of it, or the operator looked.'),
    count: z.number().int().describe('How often the same drift came back in a row.'),
  })
  .describe('With the three Drift types and Contended.');

/** `detail` of every notification. Members are only ever added; `version` changes when one changes its meaning. */
export const notificationSchema = z
  .strictObject({
    version: z.literal('1').describe('Of this schema.'),
    clusterName: z.string().max(256).describe('Which operator tells it: its --cluster-name.'),
    at: time.describe('When it happened.'),
    message: z.string().max(4096).describe('What happened, in words for people.'),
    resource: z
      .strictObject({
        name: z.string().max(253).describe('Name of the TrustedAccess resource.'),
        uid: z.string().max(128).describe('Its uid.'),
        servicePrincipal: z.string().max(128).describe('The service it is about.'),
      })
      .describe('The resource it happened to.'),
    organization: z
      .strictObject({
        id: z.string().max(34).describe('Id of the organization.'),
        managementAccountId: accountId.describe('Its management account.'),
      })
      .describe('The organization, when it is known.')
      .optional(),
    drift: driftSchema.optional(),
    corrects: z
      .boolean()
      .describe('With Drift Detected: whether the operator puts it right now, rather than only reports it.')
      .optional(),
    stalled: z
      .strictObject({ reason: z.enum(reasons).describe('Reason of the condition Stalled.') })
      .describe('With Stalled.')
      .optional(),
    replacement: z
      .strictObject({
        from: accountId.describe('The administrator that was put back.'),
        to: accountId.describe('The administrator AWS refused.'),
      })
      .describe('With Replacement Rolled Back.')
      .optional(),
    advice: z
      .strictObject({
        access: z.enum(['Enabled', 'Disabled']).describe('What trusted access was switched to.'),
        steps: z.array(z.string().max(1024)).describe('What to do now, in the service’s own console.'),
      })
      .describe('With Service Administrator Advice: for whoever administers the service.')
      .optional(),
  })
  .describe('Detail of an event that trusted-access-operator puts on the bus given by --notify-bus.');

export type Notification = z.output<typeof notificationSchema>;

/** The JSON Schema for people who write rules and consumers. */
export function notificationJsonSchema() {
  return z.toJSONSchema(notificationSchema);
}

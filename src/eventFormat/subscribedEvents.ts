/**
 * The events the operator listens to, and whom each concerns. The rule's pattern is made from this table.
 * Source: AWS Organizations user guide, "Logging API calls with AWS CloudTrail"; IAM and IAM Identity Center
 * user guides for their own.
 */

/**
 * - Principal: the service named in `requestParameters.servicePrincipal`
 * - Organization: every resource of the organization
 * - Nobody: something began; an event of its own tells how it ended
 * - IdentityCenter: the resources of sso.amazonaws.com
 * - ServiceName, RoleName: the service a service-linked role belongs to
 */
export type Concern = 'Principal' | 'Organization' | 'Nobody' | 'IdentityCenter' | 'ServiceName' | 'RoleName';

interface SubscribedSource {
  /** `source` of the envelope. */
  readonly source: string;
  /** `eventSource` of the CloudTrail record. */
  readonly eventSource: string;
  readonly events: Readonly<Record<string, Concern>>;
}

export const subscribedSources = [
  {
    source: 'aws.organizations',
    eventSource: 'organizations.amazonaws.com',
    events: {
      EnableAWSServiceAccess: 'Principal',
      DisableAWSServiceAccess: 'Principal',
      RegisterDelegatedAdministrator: 'Principal',
      DeregisterDelegatedAdministrator: 'Principal',
      EnableAllFeatures: 'Organization',
      AcceptHandshake: 'Organization',
      CreateAccount: 'Nobody',
      CreateAccountResult: 'Organization',
      InviteAccountToOrganization: 'Nobody',
      RemoveAccountFromOrganization: 'Organization',
      LeaveOrganization: 'Organization',
      CloseAccount: 'Organization',
      CloseAccountResult: 'Organization',
      AccountJoinedOrganization: 'Organization',
      AccountDepartedOrganization: 'Organization',
      CreateOrganization: 'Organization',
      DeleteOrganization: 'Organization',
    },
  },
  {
    source: 'aws.sso',
    eventSource: 'sso.amazonaws.com',
    events: { CreateInstance: 'IdentityCenter', DeleteInstance: 'IdentityCenter' },
  },
  {
    source: 'aws.iam',
    eventSource: 'iam.amazonaws.com',
    events: { CreateServiceLinkedRole: 'ServiceName', DeleteServiceLinkedRole: 'RoleName' },
  },
] as const satisfies readonly SubscribedSource[];

export const cloudTrailDetailTypes = [
  'AWS API Call via CloudTrail',
  'AWS Service Event via CloudTrail',
] as const;

type EventsOf<S> = S extends { readonly events: infer E } ? keyof E : never;
export type SubscribedName = EventsOf<(typeof subscribedSources)[number]>;

export interface SubscribedEvent {
  readonly eventSource: string;
  readonly eventName: SubscribedName;
  readonly concern: Concern;
}

const bySource = new Map<string, { eventSource: string; events: ReadonlyMap<string, SubscribedEvent> }>(
  subscribedSources.map(({ source, eventSource, events }) => [
    source,
    {
      eventSource,
      events: new Map(
        Object.entries(events).map(([name, concern]) => [
          name,
          { eventSource, eventName: name as SubscribedName, concern },
        ]),
      ),
    },
  ]),
);

/** `source` of an envelope to the events listened to; undefined when nothing of it is. */
export function subscribedSource(source: string) {
  return bySource.get(source);
}

const bySourceOfRecord = new Map([...bySource.values()].map((received) => [received.eventSource, received]));

/** The same by `eventSource`, for a bare CloudTrail record. */
export function subscribedEventSource(eventSource: string) {
  return bySourceOfRecord.get(eventSource);
}

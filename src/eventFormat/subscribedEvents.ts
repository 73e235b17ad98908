/**
 * The events that the operator subscribes to, and the resources that each concerns. The rule's pattern is made from this
 * table. Source: AWS Organizations user guide, "Logging API calls with AWS CloudTrail"; IAM and IAM Identity Center
 * user guides for their own.
 */

/**
 * - Principal: the service named in `requestParameters.servicePrincipal`
 * - Organization: every resource of the organization
 * - Account: the resources that declare the member account or have it registered
 * - Blocked: the resources that AWS blocks, for example while a policy type of the service is enabled
 * - None: something began; an event of its own reports how it ended
 * - IdentityCenter: the resources of sso.amazonaws.com
 * - ServiceName, RoleName: the service a service-linked role belongs to
 */
export type Concern =
  | 'Principal'
  | 'Organization'
  | 'Account'
  | 'Blocked'
  | 'None'
  | 'IdentityCenter'
  | 'ServiceName'
  | 'RoleName';

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
      CreateAccount: 'None',
      CreateAccountResult: 'Account',
      InviteAccountToOrganization: 'None',
      RemoveAccountFromOrganization: 'Account',
      LeaveOrganization: 'Account',
      CloseAccount: 'Account',
      CloseAccountResult: 'Account',
      AccountJoinedOrganization: 'Account',
      AccountDepartedOrganization: 'Account',
      CreateOrganization: 'Organization',
      DeleteOrganization: 'Organization',
      DisablePolicyType: 'Blocked',
    },
  },
  {
    source: 'aws.sso',
    eventSource: 'sso.amazonaws.com',
    // AWS rejects CreateInstance in a management account; its console calls StartSSO.
    events: { StartSSO: 'IdentityCenter', DeleteInstance: 'IdentityCenter' },
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

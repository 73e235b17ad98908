import type { Subject } from '../../src/cli/history/callRecords.ts';
import type { Action } from '../../src/controller/ports.ts';
import type { LastDrift } from '../../src/crds/status.ts';
import { type Metadata, metadataSchema } from '../../src/crds/trustedAccess.ts';
import { eventAnnotations, eventText, firstAnnotations } from '../../src/kubernetes/kubernetesEvent.ts';

export const malloryArn = 'arn:aws:sts::111111111111:assumed-role/break-glass/mallory';
export const mallory = 'role break-glass (session mallory)';
export const sso: Subject = {
  resource: 'sso',
  principal: 'sso.amazonaws.com',
  managementAccountId: '111111111111',
};
export const metadata: Metadata = metadataSchema.parse({
  name: 'sso',
  creationTimestamp: '2026-05-01T10:00:00Z',
});

const day = (time: string) => `2026-05-01T${time}Z`;

/** As the operator's calls look in CloudTrail. */
export const own = {
  arn: 'arn:aws:sts::111111111111:assumed-role/trusted-access-operator/x',
  userAgent: 'aws-sdk-js/3 trusted-access-operator/0.1.0+default',
};

interface Called {
  readonly id?: string;
  readonly request?: string;
  readonly arn?: string;
  readonly userAgent?: string;
  readonly account?: string;
  readonly owner?: string;
  readonly principal?: string;
  readonly errorCode?: string;
}

/** A CloudTrail record as LookupEvents gives it. */
export function call(eventName: string, time: string, called: Called = {}): string {
  const { id = 'E0', arn = malloryArn, owner = '111111111111', errorCode, principal, account } = called;
  return JSON.stringify({
    eventVersion: '1.09',
    eventSource: 'organizations.amazonaws.com',
    eventName,
    eventTime: day(time),
    eventID: id,
    ...(called.request && { requestID: called.request }),
    recipientAccountId: owner,
    sourceIPAddress: '192.0.2.7',
    userAgent: called.userAgent ?? 'aws-cli/2',
    userIdentity: { type: 'AssumedRole', arn, accountId: '111111111111' },
    requestParameters: {
      servicePrincipal: principal ?? sso.principal,
      ...(account && { accountId: account }),
    },
    ...(errorCode && { errorCode }),
  });
}

export function drift(more: Partial<LastDrift> = {}): LastDrift {
  return {
    kind: 'AccessDisabled',
    detectedAt: day('12:00:00.450'),
    firstDetectedAt: day('12:00:00.450'),
    detectedBy: 'Event',
    count: 1,
    ...more,
  };
}

export const action = (kind: 'EnableAccess'): Action => ({ kind });

interface Said {
  readonly drift?: LastDrift;
  readonly action?: Action;
  /** Request id of the call behind the action. */
  readonly request?: string;
  /** What identifies the first occurrence of a series. */
  readonly first?: { readonly detectedAt?: string; readonly request?: string };
  readonly note?: string;
  readonly series?: object;
  readonly controller?: string;
}

/** A Kubernetes event as the recorder writes it. */
export function event(reason: string, time: string, said: Said = {}): object {
  const at = Date.parse(day(time));
  const resource = { name: 'sso', uid: 'uid', principal: sso.principal };
  const base = { resource, at };
  const text = said.drift
    ? eventText({ ...base, kind: reason as 'DriftDetected', drift: said.drift, corrects: true })
    : said.action &&
      eventText({
        ...base,
        kind: 'ActionVerified',
        action: said.action,
        milliseconds: 100,
        ...(said.request && { requestId: said.request }),
      });
  const first = firstAnnotations({
    ...(said.first?.detectedAt && { [eventAnnotations.detectedAt]: said.first.detectedAt }),
    ...(said.first?.request && { [eventAnnotations.awsRequestId]: said.first.request }),
  });
  return {
    metadata: { name: `sso.${at}`, annotations: { ...text?.annotations, ...first } },
    eventTime: new Date(at).toISOString().replace('Z', '000Z'),
    reportingController: said.controller ?? 'trustedaccess.dev/operator',
    reason,
    action: text?.action ?? 'Reconcile',
    note: said.note ?? text?.note ?? reason,
    regarding: { kind: 'TrustedAccess', name: 'sso' },
    ...(said.series && { series: said.series }),
  };
}

export const condition = (
  type: string,
  status: string,
  reason: string,
  time: string,
  message = 'so it is',
) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: day(time),
});

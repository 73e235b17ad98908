import type { Reason } from '../crds/reasons.ts';
import type { LastDrift } from '../crds/status.ts';

/** One thing AWS is asked to do. Data: it can be printed, executed and enumerated. */
export type Action =
  | { readonly kind: 'EnableAccess' }
  | { readonly kind: 'DisableAccess' }
  | { readonly kind: 'RegisterAdministrator'; readonly accountId: string }
  | { readonly kind: 'DeregisterAdministrator'; readonly accountId: string }
  | { readonly kind: 'ReplaceAdministrator'; readonly from: string; readonly to: string }
  /** The old administrator comes back: second half of a replacement that was refused. */
  | { readonly kind: 'RestoreAdministrator'; readonly accountId: string; readonly instead: string };

export interface ResourceRef {
  readonly name: string;
  readonly uid: string;
  readonly principal: string;
}

/** What happened to a resource, told once, on transitions only. */
export type Notice = {
  readonly resource: ResourceRef;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly organization?: { readonly id: string; readonly managementAccountId: string };
} & (
  | { readonly kind: 'DriftDetected'; readonly drift: LastDrift; readonly corrects: boolean }
  | { readonly kind: 'DriftAttributed'; readonly drift: LastDrift }
  | { readonly kind: 'DriftCorrected'; readonly drift: LastDrift }
  /** The same drift recurs, and is corrected all the same. */
  | { readonly kind: 'Contended'; readonly drift: LastDrift; readonly message: string }
  | { readonly kind: 'ActionStarted'; readonly action: Action }
  | {
      readonly kind: 'ActionVerified';
      readonly action: Action;
      readonly milliseconds: number;
      /** Of the call that made the change, as CloudTrail records it; absent: AWS already had it so. */
      readonly requestId?: string;
    }
  | {
      readonly kind: 'ReplacementRolledBack';
      readonly from: string;
      readonly to: string;
      readonly message: string;
    }
  | { readonly kind: 'Stalled'; readonly reason: Reason; readonly message: string }
  | { readonly kind: 'Settled'; readonly recovered: boolean; readonly message: string }
);

/** Hears every announcement: Kubernetes events, log, metrics, notifications, the timeline. Never throws, never blocks. */
export interface Recorder {
  emit(notice: Notice): void;
}

/** In the infinitive, to stand behind «would» or «will». */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'EnableAccess':
      return 'enable trusted access';
    case 'DisableAccess':
      return 'disable trusted access';
    case 'RegisterAdministrator':
      return `register ${action.accountId} as delegated administrator`;
    case 'DeregisterAdministrator':
      return `deregister the delegated administrator ${action.accountId}`;
    case 'ReplaceAdministrator':
      return `replace the delegated administrator ${action.from} by ${action.to}`;
    case 'RestoreAdministrator':
      return `put the delegated administrator ${action.accountId} back instead of ${action.instead}`;
  }
}

export function describeActions(actions: readonly Action[]): string {
  return actions.map(describeAction).join(', then ');
}

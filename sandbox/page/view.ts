/** What the page is told. Plain data without imports from outside this folder: the page's own code reads it too. */
import type { Entry } from '../drills/entry.ts';

export interface AccountView {
  readonly id: string;
  readonly name: string;
  readonly management: boolean;
  /** ACTIVE, SUSPENDED, CLOSED, … */
  readonly state: string;
}

/** One service as AWS has it. */
export interface ServiceView {
  readonly principal: string;
  readonly title: string;
  readonly enabled: boolean;
  /** Account ids. */
  readonly administrators: readonly string[];
  /** How many administrators it allows; absent: AWS decides. */
  readonly maximumAdministrators?: number;
}

export interface ConditionView {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface ResourceView {
  readonly name: string;
  /** The file that declares it, when it is one of the folder's. */
  readonly file?: string;
  readonly generation: number;
  /** The generation that AWS was last verified to match. */
  readonly inSyncGeneration?: number;
  readonly principal?: string;
  readonly access?: 'Enabled' | 'Disabled';
  /** Absent: not managed. */
  readonly administrators?: readonly string[];
  readonly driftPolicy?: string;
  readonly interval?: string;
  /** Why the manifest is not accepted. */
  readonly problems: readonly string[];
  readonly conditions: readonly ConditionView[];
}

export interface FileView {
  readonly name: string;
  readonly text: string;
  /** Changes with the text. */
  readonly revision: string;
}

export interface Snapshot {
  readonly organizationId: string;
  readonly awsUrl: string;
  readonly directory: string;
  readonly accounts: readonly AccountView[];
  /** Of every declared resource, and whatever else is enabled. */
  readonly services: readonly ServiceView[];
  readonly resources: readonly ResourceView[];
  readonly files: readonly FileView[];
  /** Whether changes are received through events. */
  readonly eventSources: { readonly driven: boolean; readonly message: string };
  readonly throttled: boolean;
  readonly queueBroken: boolean;
  /** Name of the drill that is under way. */
  readonly drill?: string;
  /** The latest, oldest first. */
  readonly timeline: readonly Entry[];
}

export const serviceOutsideChanges = ['disable', 'swap', 'remove', 'add'] as const;
export const cloudOutsideChanges = ['throttle', 'unthrottle', 'break', 'mend'] as const;
export const accountOutsideChanges = ['close', 'reopen'] as const;

/** What somebody outside is asked to do. */
export type OutsideChangeRequest =
  | { readonly outsideChange: (typeof serviceOutsideChanges)[number]; readonly resource: string }
  | { readonly outsideChange: (typeof cloudOutsideChanges)[number] }
  | { readonly outsideChange: (typeof accountOutsideChanges)[number]; readonly account: string };

export interface ManifestRequest {
  readonly file: string;
  readonly text: string;
  /** Of the text that was edited: what came into the file since is not overwritten. */
  readonly revision: string;
}

/** Answer to what was asked. */
export interface Answer {
  /** Whether it is done; otherwise the message says why not. */
  readonly done: boolean;
  readonly message: string;
  /** One line for each thing that is wrong with a manifest, as the folder would say it. */
  readonly problems?: readonly { readonly line: number; readonly message: string }[];
  /** Of the text that came into the file meanwhile: who knows it may overwrite it. */
  readonly revision?: string;
}

import { type Cloud, CloudError, type Organizations, type OrganizationTarget } from '../controller/ports.ts';
import type { Clock, Random } from '../time/clock.ts';
import type { CallReport, CallSettings } from './call.ts';
import type { ClientSettings } from './clients.ts';
import { type Connection, createConnections } from './connections.ts';
import { createOrganizations } from './organizations.ts';
import { createPacer } from './pacing.ts';
import type { Credentials } from './session.ts';
import { createBudget } from './sharedRead.ts';

export interface CloudLimits {
  /** The longest a call may take with its retries, in milliseconds. Default 20,000. */
  readonly callMilliseconds: number;
  /** The longest wait for the process's own credentials, in milliseconds. Default 20,000. */
  readonly credentialMilliseconds: number;
  /** To establish a connection, in milliseconds. Default 3,000. */
  readonly connectMilliseconds: number;
  /** For one attempt, answer included, in milliseconds. Default 10,000. */
  readonly requestMilliseconds: number;
  /** Attempts of one call that is throttled or fails on the way. Default 3. */
  readonly attempts: number;
  /** Connections to one endpoint. Default 64. */
  readonly sockets: number;
  /** Facts remembered over all organizations. Default 8,192. */
  readonly facts: number;
  /** Sets of credentials whose connections and facts are kept. Default 1,024. */
  readonly targets: number;
}

const defaultLimits: CloudLimits = {
  callMilliseconds: 20_000,
  credentialMilliseconds: 20_000,
  connectMilliseconds: 3_000,
  requestMilliseconds: 10_000,
  attempts: 3,
  sockets: 64,
  facts: 8_192,
  targets: 1_024,
};

export interface CloudOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** What CloudTrail shows as the user agent. */
  readonly userAgent?: { readonly name: string; readonly version: string };
  readonly onCall?: (call: CallReport) => void;
  /** Request id of every own write, failed ones included: events of them are no drift. */
  readonly onRequestId?: (requestId: string) => void;
  /** ARN of each user, role or session whose credentials AWS accepted: the process's own, and roles it assumed. */
  readonly onIdentity?: (arn: string) => void;
  /** Region the operator runs in. Default: AWS_REGION, AWS_DEFAULT_REGION, the shared configuration file. */
  readonly region?: string;
  /** Default: the SDK's own chain. */
  readonly credentials?: () => Promise<Credentials>;
  /** Hears of connections that run short; nobody when absent. */
  readonly logger?: { warn(message: string): void };
  readonly limits?: Partial<CloudLimits>;
  /** Once aborted, a wait for credentials that were never there ends with its reason. */
  readonly stopping?: AbortSignal;
}

export interface AwsCloud extends Cloud {
  /**
   * Settings for another client of the SDK (SQS, EventBridge, CloudTrail) that is to share connections,
   * credentials and user agent. Default region: where the operator runs, or the target's.
   */
  clientSettings(target: OrganizationTarget | undefined, region?: string): Promise<ClientSettings>;
  /** The process's own credentials are loaded anew before the next call; the old ones serve if that fails. */
  credentialsChanged(): void;
  /** Ends every call under way with a rejection and closes all connections. */
  close(): void;
}

interface Opened {
  readonly connection: Connection;
  readonly organizations: Organizations;
}

/** AWS through the SDK's real clients. Nothing is loaded, read or called before the first question. */
export function createCloud(options: CloudOptions): AwsCloud {
  const limits = { ...defaultLimits, ...options.limits };
  const closing = new AbortController();
  const callSettings: CallSettings = {
    clock: options.clock,
    pacer: createPacer(options.clock),
    callMilliseconds: limits.callMilliseconds,
    closed: closing.signal,
    onCall: options.onCall ?? (() => undefined),
  };
  const budget = createBudget(limits.facts);
  const connections = createConnections(options, limits, callSettings);
  const opened = new Map<string, Opened>();

  const open = (target: OrganizationTarget | undefined): Opened => {
    const key = keyOf(target);
    let entry = opened.get(key);
    opened.delete(key);
    if (!entry) {
      const connection = connections.to(target, key);
      entry = { connection, organizations: createOrganizations(connection.line, budget) };
    }
    opened.set(key, entry);
    for (const longestUnused of opened.keys()) {
      if (opened.size <= limits.targets) break;
      opened.delete(longestUnused);
    }
    return entry;
  };

  return {
    open: (target) => open(target).organizations,
    clientSettings: (target, region) => open(target).connection.settings(region),
    credentialsChanged: () => connections.credentialsChanged(),
    close() {
      closing.abort(new CloudError('transient', 'ObservationFailed', '', 'the operator is stopping'));
      connections.close();
    },
  };
}

/** What decides credentials and endpoints; the guard `id` does not. */
function keyOf(target: OrganizationTarget | undefined): string {
  return JSON.stringify([target?.roleArn ?? '', target?.externalId ?? '', target?.region ?? '']);
}

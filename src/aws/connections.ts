import { organizationsRegion, partitionOf, partitionOfArn } from '../awsApi/partitions.ts';
import { CloudError, type OrganizationTarget } from '../controller/ports.ts';
import type { Clock, Random } from '../time/clock.ts';
import { type CallSettings, place } from './call.ts';
import type { Question } from './classify.ts';
import { type ClientSettings, stsClient } from './clients.ts';
import { createCredentialChain } from './credentialChain.ts';
import { askedForCredentials, boundedLoad } from './credentialWait.ts';
import { endpointChoice } from './endpointChoice.ts';
import { createLine, type Line } from './line.ts';
import { type Credentials, createSession, type Session } from './session.ts';
import { regionFault, settingFault } from './settingFaults.ts';
import { createTransport, type Transport, type TransportLimits } from './transport.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly userAgent?: { readonly name: string; readonly version: string };
  readonly region?: string;
  readonly credentials?: () => Promise<Credentials>;
  readonly onRequestId?: (requestId: string) => void;
  readonly onIdentity?: (arn: string) => void;
  readonly logger?: { warn(message: string): void };
  readonly stopping?: AbortSignal;
}

export interface Connection {
  readonly line: Line;
  settings(region?: string): Promise<ClientSettings>;
}

export interface Connections {
  /** `name` stands for the credentials. */
  to(target: OrganizationTarget | undefined, name: string): Connection;
  /** The files that the process's own credentials come from changed. */
  credentialsChanged(): void;
  close(): void;
}

/** What all targets share: connections, the process's own credentials, the region it runs in. */
interface Shared {
  readonly options: ConnectionOptions;
  readonly callSettings: CallSettings;
  readonly settings: (region: string, session: Session) => ClientSettings;
  /** The process's own credentials. */
  readonly own: Session;
  readonly learnOwnAccount: (accountId: string) => void;
  readonly home: () => Promise<string>;
}

export function createConnections(
  options: ConnectionOptions,
  limits: TransportLimits & { readonly attempts: number; readonly credentialMilliseconds: number },
  callSettings: CallSettings,
): Connections {
  let made: Transport | undefined;
  const transport = (): Transport => {
    made ??= createTransport(limits, process.env, (message) => options.logger?.warn(message));
    return made;
  };
  const retries = { maxAttempts: limits.attempts, retryMode: 'standard' } as const;
  const home = homeRegion(options.region);
  const { userAgent } = options;
  let ownAccount: string | undefined;
  const chain = createCredentialChain({
    warn: (message) => options.logger?.warn(message),
    inner: () => ({ requestHandler: transport(), ...retries, ...endpointChoice('STS', process.env) }),
    home,
  });
  const shared: Shared = {
    options,
    callSettings,
    settings(region, session) {
      checkSettings(options.region);
      return {
        region,
        credentials: session.provider,
        requestHandler: transport(),
        ...retries,
        customUserAgent: userAgent ? [[userAgent.name, userAgent.version]] : [],
      };
    },
    own: createSession(
      options,
      boundedLoad(options.credentials ?? chain.load, {
        clock: options.clock,
        milliseconds: limits.credentialMilliseconds,
        asked: () => askedForCredentials(process.env),
      }),
      () => ownAccount,
      chain.remedy,
    ),
    learnOwnAccount(accountId) {
      ownAccount = accountId;
    },
    home,
  };
  return {
    to: (target, name) => connect(shared, target, name),
    credentialsChanged: () => shared.own.outdated(),
    close: () => made?.destroy(),
  };
}

/** Throws a CloudError that names the setting with which no call can be made. */
function checkSettings(region: string | undefined): void {
  const fault = settingFault(process.env);
  const message =
    regionFault('The region of --region', region) ?? (fault?.kind === 'Setting' && fault.message);
  if (message) throw new CloudError('denied', 'ObservationFailed', 'settings', message);
}

function connect(shared: Shared, target: OrganizationTarget | undefined, name: string): Connection {
  const { callSettings, options } = shared;
  const roleAccount = target?.roleArn?.split(':')[4];
  const regions = regionsOf(shared, target);
  const role = target?.roleArn !== undefined && { arn: target.roleArn, externalId: target.externalId };
  const session = role
    ? createSession(
        options,
        () => assume(shared, role, regions),
        () => roleAccount,
      )
    : shared.own;
  const line = createLine({
    callSettings,
    session,
    name,
    roleAccount,
    learnCaller({ accountId, arn }) {
      if (arn !== undefined) options.onIdentity?.(arn);
      shared.learnOwnAccount(accountId);
      callSettings.pacer.rename(name, accountId);
    },
    partition: regions.partition,
    stsRegion: regions.sts,
    homeRegion: regions.home,
    settings: (region) => shared.settings(region, session),
    onRequestId: options.onRequestId ?? (() => undefined),
  });
  return {
    line,
    settings: async (region) => shared.settings(region ?? (await regions.sts()), session),
  };
}

// ── Regions ──────────────────────────────────────────────────────────────────────────────────────

interface Regions {
  readonly partition: () => Promise<string>;
  /** STS is asked in the target's partition, where the operator runs if that is in it. */
  readonly sts: () => Promise<string>;
  readonly home: (partition: string) => Promise<string | undefined>;
}

function regionsOf({ home }: Shared, target: OrganizationTarget | undefined): Regions {
  const partition = async (): Promise<string> =>
    (target?.region !== undefined && partitionOf(target.region).id) ||
    (target?.roleArn !== undefined && partitionOfArn(target.roleArn)) ||
    partitionOf(await home()).id;
  const homeIn = async (wanted: string): Promise<string | undefined> => {
    const region = await home();
    return partitionOf(region).id === wanted ? region : undefined;
  };
  return {
    partition,
    home: homeIn,
    async sts() {
      const wanted = await partition();
      return target?.region ?? (await homeIn(wanted)) ?? organizationsRegion(wanted);
    },
  };
}

/** Where the operator runs: as told, by the environment, by the shared configuration file, or us-east-1. */
function homeRegion(reported: string | undefined): () => Promise<string> {
  let known: Promise<string> | undefined;
  const find = async (): Promise<string> => {
    const named = reported || process.env['AWS_REGION'] || process.env['AWS_DEFAULT_REGION'];
    if (named) return named;
    const { STSClient } = await import('@aws-sdk/client-sts');
    try {
      return await new STSClient({}).config.region();
    } catch {
      return 'us-east-1';
    }
  };
  return () => {
    known ??= find();
    return known;
  };
}

// ── Credentials ──────────────────────────────────────────────────────────────────────────────────

interface Role {
  readonly arn: string;
  readonly externalId: string | undefined;
}

/** Shown in CloudTrail behind the role's name. */
const sessionName = 'trusted-access-operator';

async function assume(shared: Shared, role: Role, regions: Regions): Promise<Credentials> {
  const { callSettings, options, own } = shared;
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const client = await stsClient(shared.settings(await regions.sts(), own));
  const question: Question = { operation: 'AssumeRole', role: role.arn };
  const command = new AssumeRoleCommand({
    RoleArn: role.arn,
    RoleSessionName: options.userAgent?.name ?? sessionName,
    ...(role.externalId !== undefined && { ExternalId: role.externalId }),
  });
  const answer = await place(callSettings, {
    question,
    session: own,
    payer: { account: 'own', organization: 'own' },
    // Shared by all who wait for it: only the end of the operator ends it early.
    signal: callSettings.closed,
    send: (abortSignal) => client.send(command, { abortSignal }),
  });
  const issued = answer.kind === 'Answered' ? answer.value.Credentials : undefined;
  if (!issued?.AccessKeyId || !issued.SecretAccessKey) {
    throw new CloudError('transient', 'ObservationFailed', 'sts:AssumeRole', 'the answer has no credentials');
  }
  options.onIdentity?.(role.arn);
  return {
    accessKeyId: issued.AccessKeyId,
    secretAccessKey: issued.SecretAccessKey,
    ...(issued.SessionToken !== undefined && { sessionToken: issued.SessionToken }),
    ...(issued.Expiration !== undefined && { expiration: issued.Expiration }),
  };
}

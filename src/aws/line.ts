import { once } from '../awsApi/clientSettings.ts';
import { organizationsRegion } from '../awsApi/partitions.ts';
import type { ReadOptions } from '../controller/ports.ts';
import { CloudError } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';
import { type Answer, type CallSettings, place } from './call.ts';
import type { Question } from './classify.ts';
import {
  accountClient,
  type ClientSettings,
  iamClient,
  identityCenterClient,
  organizationsClient,
  stsClient,
} from './clients.ts';
import { operation } from './operations.ts';
import type { Session } from './session.ts';
import { createSharedRead } from './sharedRead.ts';

interface LineCall<T> {
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly send: (abortSignal: AbortSignal) => Promise<T>;
  readonly began?: () => void;
  /** For a regional service, whose rates are counted by region. */
  readonly region?: string;
}

type Api<Client, Sdk> = { readonly client: Client; readonly sdk: Sdk };
type OrganizationsSdk = typeof import('@aws-sdk/client-organizations');
type AccountSdk = typeof import('@aws-sdk/client-account');
type IamSdk = typeof import('@aws-sdk/client-iam');
type IdentityCenterSdk = typeof import('@aws-sdk/client-sso-admin');
export type IdentityCenterApi = Api<Awaited<ReturnType<typeof identityCenterClient>>, IdentityCenterSdk>;

/** The way to AWS with one set of credentials: clients, made when first needed, and paced, bounded calls. */
export interface Line {
  readonly clock: Clock;
  call<T>(call: LineCall<T>): Promise<Answer<T>>;
  /** For what cannot be absent: only an answer will do. */
  read<T>(call: LineCall<T>): Promise<T>;
  organizations(): Promise<Api<Awaited<ReturnType<typeof organizationsClient>>, OrganizationsSdk>>;
  account(): Promise<Api<Awaited<ReturnType<typeof accountClient>>, AccountSdk>>;
  iam(): Promise<Api<Awaited<ReturnType<typeof iamClient>>, IamSdk>>;
  identityCenter(region: string): Promise<IdentityCenterApi>;
  callerAccount(read: ReadOptions): Promise<string>;
  /** The management account of the organization, for the rates that are counted by organization. */
  belongsTo(managementAccountId: string): void;
  /** Region the operator runs in, if it is in the partition. */
  homeRegion(partition: string): Promise<string | undefined>;
  /** Whether the credentials work in every region that is enabled in the account. */
  isWorldwide(signal: AbortSignal): Promise<boolean>;
}

export interface LineParts {
  readonly callSettings: CallSettings;
  readonly session: Session;
  /** Stands for the account until it is known. */
  readonly name: string;
  /** The role's account; undefined: it has to be asked for. */
  readonly roleAccount: string | undefined;
  readonly learnCaller: (caller: { readonly accountId: string; readonly arn: string | undefined }) => void;
  readonly partition: () => Promise<string>;
  readonly stsRegion: () => Promise<string>;
  readonly homeRegion: (partition: string) => Promise<string | undefined>;
  readonly settings: (region: string) => ClientSettings;
  readonly onRequestId: (requestId: string) => void;
}

export function createLine(parts: LineParts): Line {
  const { callSettings, session } = parts;
  let organizationPayer: string | undefined;
  const central = async (): Promise<ClientSettings> =>
    parts.settings(organizationsRegion(await parts.partition()));

  const call: Line['call'] = ({ region, ...one }) => {
    const account = session.account() ?? parts.name;
    const payer = {
      account: region ? `${account}@${region}` : account,
      organization: organizationPayer ?? account,
    };
    return place(callSettings, { ...one, session, payer });
  };
  const organizations = once(async () => {
    const sdk = await import('@aws-sdk/client-organizations');
    return { sdk, client: await organizationsClient(await central(), parts.onRequestId) };
  });
  const iam = once(async () => {
    const sdk = await import('@aws-sdk/client-iam');
    return { sdk, client: await iamClient(await central()) };
  });
  const account = once(async () => {
    const sdk = await import('@aws-sdk/client-account');
    return { sdk, client: await accountClient(await central()) };
  });
  const caller = createCaller(parts, call);

  return {
    clock: callSettings.clock,
    call,
    async read(one) {
      const answer = await call(one);
      if (answer.kind === 'Answered') return answer.value;
      const { action } = operation(one.question.operation);
      throw new CloudError('transient', 'ObservationFailed', action, 'AWS says there is none');
    },
    organizations,
    account,
    iam,
    async identityCenter(region) {
      const sdk = await import('@aws-sdk/client-sso-admin');
      return { sdk, client: await identityCenterClient(parts.settings(region)) };
    },
    callerAccount: caller,
    belongsTo(managementAccountId) {
      organizationPayer = managementAccountId;
    },
    homeRegion: parts.homeRegion,
    async isWorldwide(signal) {
      const { sessionToken } = await session.ready({ operation: 'ListInstances' }, signal);
      return !sessionToken?.startsWith(regionalTokenPrefix);
    },
  };
}

/**
 * Tokens of the global STS endpoint work in regions that are enabled by default and nowhere else; they begin so.
 * A refusal of one of them says nothing about whether the region is enabled.
 * Source: IAM user guide, "Manage AWS STS in an AWS Region" (tokens of version 1 and 2).
 */
const regionalTokenPrefix = 'FwoG';

/** The account is asked for once per set of credentials, and again when they are others. */
function createCaller({ callSettings, ...parts }: LineParts, call: Line['call']): Line['callerAccount'] {
  const question: Question = { operation: 'GetCallerIdentity' };
  const { session, roleAccount } = parts;
  let known: { readonly accessKeyId: string; readonly account: string } | undefined;
  const asked = createSharedRead(callSettings.clock, async (signal, began) => {
    const { accessKeyId } = await session.ready(question, signal);
    const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const client = await stsClient(parts.settings(await parts.stsRegion()));
    const answer = await call({
      question,
      signal,
      began,
      send: (abortSignal) => client.send(new GetCallerIdentityCommand({}), { abortSignal }),
    });
    const { Account: account, Arn: arn } = answer.kind === 'Answered' ? answer.value : {};
    if (!account) {
      throw new CloudError(
        'transient',
        'ObservationFailed',
        'sts:GetCallerIdentity',
        'the answer names no account',
      );
    }
    known = { accessKeyId, account };
    parts.learnCaller({ accountId: account, arn });
    return account;
  });
  return async (read) => {
    const { accessKeyId } = await session.ready(question, read.signal);
    if (roleAccount !== undefined) return roleAccount;
    if (known?.accessKeyId === accessKeyId) return known.account;
    return asked.get(read);
  };
}

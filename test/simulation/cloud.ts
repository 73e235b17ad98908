import * as accountSdk from '@aws-sdk/client-account';
import { AccountClient } from '@aws-sdk/client-account';
import * as iamSdk from '@aws-sdk/client-iam';
import { IAMClient } from '@aws-sdk/client-iam';
import * as organizationsSdk from '@aws-sdk/client-organizations';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import * as identityCenterSdk from '@aws-sdk/client-sso-admin';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { Members } from '../../sandbox/aws/service.ts';
import { type CallSettings, place } from '../../src/aws/call.ts';
import type { AwsCloud, CloudOptions } from '../../src/aws/cloud.ts';
import type { Line } from '../../src/aws/line.ts';
import { isOperation, operation } from '../../src/aws/operations.ts';
import { createOrganizations } from '../../src/aws/organizations.ts';
import { createPacer } from '../../src/aws/pacing.ts';
import { createSession } from '../../src/aws/session.ts';
import { createBudget } from '../../src/aws/sharedRead.ts';
import { CloudError } from '../../src/controller/ports.ts';
import { type CallAws, callsOf } from './calls.ts';
import type { Life } from './life.ts';
import { management, region, type SimulatedOrganization } from './simulatedAws.ts';
import type { Time } from './time.ts';

export interface Circumstances {
  readonly simulatedOrganization: SimulatedOrganization;
  readonly time: Time;
  readonly life: Life;
  /** Told of each write to Organizations as it is sent. */
  readonly onWrite: (operation: string, input: Members) => void;
}

const credentials = { accessKeyId: 'ASIASIMULATED0000000', secretAccessKey: 'none' };
const settings = { region, credentials };

/**
 * The adapter of AWS as it is, with its pacing, shared reads and classification; only the SDK's transport is the
 * simulated network.
 */
export function simulatedCloud(
  { simulatedOrganization, time, life, onWrite }: Circumstances,
  options: CloudOptions,
): AwsCloud {
  const closing = new AbortController();
  const callSettings: CallSettings = {
    clock: options.clock,
    pacer: createPacer(options.clock),
    callMilliseconds: 20_000,
    closed: closing.signal,
    onCall: options.onCall ?? (() => undefined),
  };
  const { name: product = '', version = '' } = options.userAgent ?? {};
  const call = callsOf(
    simulatedOrganization,
    { time, life, random: options.random, userAgent: `${product}/${version}` },
    ({ operation: name }, requestId) => {
      if (isWrite(name)) options.onRequestId?.(requestId);
    },
  );
  const session = createSession(
    options,
    async () => credentials,
    () => management,
  );
  const payer = { account: management, organization: management };
  const clients = clientsOver(call, onWrite);
  const line: Line = {
    clock: options.clock,
    call: (one) => place(callSettings, { ...one, session, payer }),
    async read(one) {
      const answer = await this.call(one);
      if (answer.kind === 'Answered') return answer.value;
      throw new CloudError(
        'transient',
        'ObservationFailed',
        one.question.operation,
        'AWS says there is none',
      );
    },
    organizations: async () => ({ client: clients.organizations, sdk: organizationsSdk }),
    account: async () => ({ client: clients.account, sdk: accountSdk }),
    iam: async () => ({ client: clients.iam, sdk: iamSdk }),
    identityCenter: async (there) => ({ client: clients.identityCenter(there), sdk: identityCenterSdk }),
    async callerAccount() {
      options.onIdentity?.(simulatedOrganization.operator.arn);
      return management;
    },
    belongsTo: () => undefined,
    homeRegion: async () => region,
    isWorldwide: async () => true,
  };
  const organizations = createOrganizations(line, createBudget(8_192));
  return {
    open: () => organizations,
    clientSettings: () => Promise.reject(new Error('nothing else is called')),
    credentialsChanged: () => undefined,
    close: () =>
      closing.abort(new CloudError('transient', 'ObservationFailed', '', 'the operator is stopping')),
  };
}

const isWrite = (name: string): boolean => isOperation(name) && operation(name).write === true;

interface Command {
  readonly input: object;
  readonly constructor: { readonly name: string };
}

const real = {
  organizations: new OrganizationsClient(settings),
  account: new AccountClient(settings),
  iam: new IAMClient(settings),
  identityCenter: new SSOAdminClient(settings),
};

/** Real clients, made once, whose `send` is the simulated network. */
function clientsOver(call: CallAws, onWrite: Circumstances['onWrite']) {
  const over = <Client extends object>(client: Client, service: string, there = region): Client =>
    Object.assign(Object.create(client) as Client, {
      async send(command: Command, { abortSignal }: { abortSignal: AbortSignal }) {
        const name = command.constructor.name.replace(/Command$/, '');
        const input = { ...command.input } as Members;
        if (isWrite(name)) onWrite(name, input);
        const { output, requestId } = await call(
          { service, operation: name, input, region: there },
          abortSignal,
        );
        return { ...output, $metadata: { requestId } };
      },
    });
  return {
    organizations: over(real.organizations, 'organizations'),
    account: over(real.account, 'account'),
    iam: over(real.iam, 'iam'),
    identityCenter: (there: string) => over(real.identityCenter, 'sso', there),
  };
}

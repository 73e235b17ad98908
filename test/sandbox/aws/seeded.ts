import { AwsError } from '../../../sandbox/aws/awsError.ts';
import { iamUser } from '../../../sandbox/aws/callers.ts';
import { type ManualClock, manualClock } from '../../../sandbox/aws/clock.ts';
import type { Caller } from '../../../sandbox/aws/identity.ts';
import { addOrganization, putUser } from '../../../sandbox/aws/seed.ts';
import type { Members } from '../../../sandbox/aws/service.ts';
import type { Settings } from '../../../sandbox/aws/settings.ts';
import { createSimulatedAws, type SimulatedAws } from '../../../sandbox/aws/simulatedAws.ts';
import type { Organization } from '../../../sandbox/aws/state.ts';

export const management = '111111111111';
export const alpha = '222222222222';
export const beta = '333333333333';
/** Of nobody's organization. */
export const stranger = '999999999999';
export const sso = 'sso.amazonaws.com';

export interface Founded {
  readonly aws: SimulatedAws;
  readonly clock: ManualClock;
  readonly organization: Organization;
  readonly owner: Caller;
  /** One call without rates: its output, or what it was refused with. */
  ask(operation: string, input?: Members, caller?: Caller, service?: string): Members | AwsError;
  /** A caller of that account with every permission. */
  caller(accountId: string): Caller;
}

/** An organization of three accounts, and a clock that stands still. */
export const found = (
  settings: Partial<Settings> = {},
  features: 'ALL' | 'CONSOLIDATED_BILLING' = 'ALL',
): Founded => {
  const clock = manualClock();
  const aws = createSimulatedAws({ clock, settings });
  const { world } = aws;
  const organization = addOrganization(world, {
    managementAccountId: management,
    members: [alpha, beta],
    features,
  });
  const caller = (accountId: string) => iamUser(accountId, putUser(world, accountId, 'tester'));
  const owner = caller(management);
  return {
    aws,
    clock,
    organization,
    owner,
    caller,
    ask(operation, input = {}, by = owner, service = 'organizations') {
      try {
        return aws.actAs(by)(service, operation, input);
      } catch (error) {
        if (error instanceof AwsError) return error;
        throw error;
      }
    },
  };
};

/** `accepted`, or the exception with its reason: `ConstraintViolationException SERVICE_ACCESS_NOT_ENABLED`. */
export const verdict = (answer: Members | AwsError): string =>
  answer instanceof AwsError ? [answer.code, answer.reason].filter(Boolean).join(' ') : 'accepted';

export const administrators = ({ ask }: Founded, principal = sso): string[] => {
  const answer = ask('ListDelegatedAdministrators', { ServicePrincipal: principal });
  return ids(answer, 'DelegatedAdministrators', 'Id');
};

export const trusted = ({ ask }: Founded): string[] =>
  ids(ask('ListAWSServiceAccessForOrganization'), 'EnabledServicePrincipals', 'ServicePrincipal');

/** One member of each item of a list in an answer. */
export const ids = (answer: Members | AwsError, list: string, member: string): string[] => {
  if (answer instanceof AwsError) throw answer;
  const items = answer[list];
  if (!Array.isArray(items)) throw new Error(`${list} is no list`);
  return items.map((item) => String(item[member]));
};

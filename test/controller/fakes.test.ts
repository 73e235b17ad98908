import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../sandbox/aws/awsError.ts';
import { rootUser } from '../../sandbox/aws/callers.ts';
import { addOrganization, setAccountState } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { classify, type Question } from '../../src/aws/classify.ts';
import { CloudError, type Organizations } from '../../src/controller/ports.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { createAws } from './fakes/aws.ts';
import { createFate } from './fakes/fate.ts';
import {
  audit,
  management,
  organizationId,
  organizationState,
  security,
  stranger,
  tools,
} from './fakes/world.ts';

const principals = ['sso.amazonaws.com', 'config.amazonaws.com', 'ram.amazonaws.com'];
const accounts = [tools, security, audit, stranger, management];
const signal = new AbortController().signal;

type Asked =
  | { readonly operation: 'EnableAWSServiceAccess' | 'DisableAWSServiceAccess'; readonly principal: string }
  | {
      readonly operation: 'RegisterDelegatedAdministrator' | 'DeregisterDelegatedAdministrator';
      readonly principal: string;
      readonly accountId: string;
    };

const principal = fc.constantFrom(...principals);
const accountId = fc.constantFrom(...accounts);
const asked: fc.Arbitrary<Asked & { readonly caller: string }> = fc.oneof(
  fc.record({
    caller: fc.constantFrom(management, management, management, tools),
    operation: fc.constantFrom('EnableAWSServiceAccess' as const, 'DisableAWSServiceAccess' as const),
    principal,
  }),
  fc.record({
    caller: fc.constantFrom(management, management, management, tools),
    operation: fc.constantFrom(
      'RegisterDelegatedAdministrator' as const,
      'DeregisterDelegatedAdministrator' as const,
    ),
    principal,
    accountId,
  }),
);

/** What either says to a question, as the operator would understand it. */
type Said = 'done' | `${string} ${string}`;

function askSimulated(call: (service: string, operation: string, input: object) => unknown, it: Asked): Said {
  const { operation } = it;
  const input = { ServicePrincipal: it.principal, ...('accountId' in it && { AccountId: it.accountId }) };
  try {
    call('organizations', operation, input);
    return 'done';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const question: Question = { operation, principal: it.principal };
    const { code, reason } = error;
    const verdict = classify({ name: code, ...(reason !== undefined && { reason }), text: '' }, question);
    return verdict.kind === 'Failed' ? `${verdict.error} ${verdict.reason}` : 'done';
  }
}

async function askFake(organizations: Organizations, it: Asked): Promise<Said> {
  try {
    switch (it.operation) {
      case 'EnableAWSServiceAccess':
        await organizations.enableAccess(it.principal, signal);
        break;
      case 'DisableAWSServiceAccess':
        await organizations.disableAccess(it.principal, signal);
        break;
      case 'RegisterDelegatedAdministrator':
        await organizations.registerAdministrator(it.principal, it.accountId, signal);
        break;
      case 'DeregisterDelegatedAdministrator':
        await organizations.deregisterAdministrator(it.principal, it.accountId, signal);
        break;
    }
    return 'done';
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return `${error.kind} ${error.reason}`;
  }
}

describe('The small AWS of these tests', () => {
  it('answers and remembers as the simulated AWS does, through the classifier of the real adapter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { maxLength: 25 }), fc.boolean(), async (questions, isSuspended) => {
        const clock = virtualClock();
        const simulated = createSimulatedAws({ clock, settings: { throttles: 'off' } });
        addOrganization(simulated.world, {
          id: organizationId,
          managementAccountId: management,
          members: [tools, security, audit],
        });
        const fake = createAws(clock, [organizationState()]);
        if (isSuspended) {
          setAccountState(simulated.world, security, 'SUSPENDED');
          fake.edit((now) => ({
            ...now,
            members: { ...now.members, [security]: { name: 'x', state: 'SUSPENDED' } },
          }));
        }
        for (const it of questions) {
          clock.skip(1_000);
          const call = simulated.actAs(rootUser(simulated.world, it.caller));
          const theirs = askSimulated(
            (service, operation, input) => call(service, operation, { ...input }),
            it,
          );
          const ours = await askFake(fake.cloud(it.caller, createFate()).open(undefined), it);
          expect({ ...it, said: ours }).toEqual({ ...it, said: theirs });
        }
        const read = simulated.actAs(rootUser(simulated.world, management));
        for (const name of principals) {
          const listed = read('organizations', 'ListDelegatedAdministrators', { ServicePrincipal: name });
          const theirs = JSON.parse(JSON.stringify(listed['DelegatedAdministrators'])) as { Id: string }[];
          const ours = Object.keys(fake.organization().administrators[name] ?? {});
          expect([...ours].sort()).toEqual(theirs.map(({ Id }) => Id).sort());
        }
        const services = read('organizations', 'ListAWSServiceAccessForOrganization');
        const enabled = JSON.parse(JSON.stringify(services['EnabledServicePrincipals'])) as {
          ServicePrincipal: string;
        }[];
        expect(Object.keys(fake.organization().enabled).sort()).toEqual(
          enabled.map(({ ServicePrincipal }) => ServicePrincipal).sort(),
        );
      }),
      { numRuns: 150 },
    );
  });
});

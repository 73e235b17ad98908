import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/aws/awsError.ts';
import { manualClock } from '../../../sandbox/aws/clock.ts';
import { addOrganization } from '../../../sandbox/aws/seed.ts';
import type { Operation } from '../../../sandbox/aws/service.ts';
import { createSimulatedAws } from '../../../sandbox/aws/simulatedAws.ts';
import { administrators, alpha, found, sso, trusted, verdict } from './seeded.ts';

describe('the world', () => {
  it('is the same again for the same seed', () => {
    const ids = (seed: number) => {
      const { world } = createSimulatedAws({ clock: manualClock(), seed });
      return Array.from({ length: 5 }, () => addOrganization(world, { members: [] }).id);
    };
    expect(ids(7)).toEqual(ids(7));
    expect(ids(7)).not.toEqual(ids(8));
  });
  it('can be put back to what it was', () => {
    const founded = found();
    founded.ask('EnableAWSServiceAccess', { ServicePrincipal: sso });
    const before = founded.aws.world.snapshot();
    founded.ask('RegisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: alpha });
    founded.ask('DisableAWSServiceAccess', { ServicePrincipal: sso });
    founded.aws.world.restore(before);
    expect([trusted(founded), administrators(founded)]).toEqual([[sso], []]);
    founded.ask('DisableAWSServiceAccess', { ServicePrincipal: sso });
    founded.aws.world.restore(before);
    expect(trusted(founded)).toEqual([sso]);
  });
  it('holds thousands of organizations', () => {
    const { aws, ask, caller } = found();
    for (let i = 0; i < 3000; i++) addOrganization(aws.world, {});
    const last = [...aws.world.state.organizations.values()].at(-1);
    const by = caller(last?.managementAccountId ?? '');
    expect(verdict(ask('EnableAWSServiceAccess', { ServicePrincipal: sso }, by))).toBe('accepted');
    expect(ask('DescribeOrganization', {}, by)).toMatchObject({ Organization: { Id: last?.id } });
  });
  it('takes one more service: permissions, input, records, journal and faults are the same for it', async () => {
    const { aws, owner, ask } = found();
    const ring: Operation = {
      readOnly: false,
      input: { Times: { kind: 'integer', required: true, min: 1 } },
      handle: (call) => Promise.resolve({ Rung: call.input['Times'] ?? 0 }),
    };
    aws.world.add({
      name: 'bells',
      eventSource: 'bells.amazonaws.com',
      protocol: { kind: 'json', version: '1.0', targetPrefix: 'Bells', messageMember: 'message' },
      operations: new Map([['Ring', ring]]),
      invalid: ({ message }) => new AwsError('ValidationException', message),
      denied: (message) => new AwsError('AccessDeniedException', message),
    });
    const request = { service: 'bells', operation: 'Ring', input: { Times: 3 }, caller: owner };
    expect(await aws.send(request, new AbortController().signal)).toMatchObject({
      ok: true,
      output: { Rung: 3 },
    });
    expect(aws.journal.writes()).toMatchObject([{ service: 'bells', operation: 'Ring' }]);
    expect(() => ask('Ring', { Times: 3 }, owner, 'bells')).toThrow('waits');
  });
});

import { describe, expect, it } from 'vitest';
import { reportingWrites } from '../../src/cli/acceptedWrites.ts';
import type { Cloud, Organizations, OrganizationTarget } from '../../src/controller/ports.ts';
import type { AcceptedWrite } from '../../src/events/expectations.ts';

const { signal } = new AbortController();
const sso = 'sso.amazonaws.com';

function reporting(target: OrganizationTarget | undefined, requestId: string | undefined) {
  const write = async () => requestId;
  const organizations = {
    callerAccount: async () => '111111111111',
    enableAccess: write,
    disableAccess: write,
    registerAdministrator: write,
    deregisterAdministrator: write,
  } as Partial<Organizations> as Organizations;
  const cloud: Cloud = { open: () => organizations };
  const reports: AcceptedWrite[] = [];
  return { reports, opened: reportingWrites(cloud, (report) => void reports.push(report)).open(target) };
}

describe('writes that AWS accepted', () => {
  it('are reported by request id, operation and management account', async () => {
    const { reports, opened } = reporting(undefined, 'request');
    await opened.callerAccount({ notBefore: 0, signal });
    expect(await opened.enableAccess(sso, signal)).toBe('request');
    await opened.disableAccess(sso, signal);
    await opened.registerAdministrator(sso, '222222222222', signal);
    await opened.deregisterAdministrator(sso, '222222222222', signal);
    expect(reports).toEqual(
      [
        'EnableAWSServiceAccess',
        'DisableAWSServiceAccess',
        'RegisterDelegatedAdministrator',
        'DeregisterDelegatedAdministrator',
      ].map((operation) => ({ requestId: 'request', operation, managementAccountId: '111111111111' })),
    );
  });

  it('belong to the account of the role that a resource names', async () => {
    const { reports, opened } = reporting({ roleArn: 'arn:aws:iam::444444444444:role/operator' }, 'request');
    await opened.enableAccess(sso, signal);
    expect(reports).toMatchObject([{ managementAccountId: '444444444444' }]);
  });

  it('are not reported when AWS already had it so and recorded no change', async () => {
    const { reports, opened } = reporting({ roleArn: 'arn:aws:iam::444444444444:role/operator' }, undefined);
    await opened.enableAccess(sso, signal);
    expect(reports).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { assumed } from './loopback.ts';
import { found, fresh, management, opened, refusal, role, start, tidyUp } from './scripted.ts';

tidyUp();

describe('the identities that the operator reports as its own', () => {
  it('are the roles that AWS let it assume, and no role that it refused [P-51]', async () => {
    const identities: string[] = [];
    const decoy = 'arn:aws:iam::111111111111:role/administrator';
    await start(
      {
        AssumeRole: ({ input }) =>
          input['RoleArn'] === decoy ? { error: 'AccessDenied', status: 403 } : assumed('AKIDROLE'),
        DescribeOrganization: () => ({ body: found }),
      },
      { onIdentity: (arn) => void identities.push(arn) },
    );
    await refusal(opened({ roleArn: decoy }).organization(fresh()));
    expect(identities).toEqual([]);
    await opened({ roleArn: role }).organization(fresh());
    expect(identities).toEqual([role]);
  });

  it('are the process’s own credentials once AWS named them', async () => {
    const identities: string[] = [];
    await start({}, { onIdentity: (arn) => void identities.push(arn) });
    await opened().callerAccount(fresh());
    expect(identities).toEqual([`arn:aws:iam::${management}:user/u`]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { calls, close, found, fresh, opened, refusal, sso, start, tidyUp } from './scripted.ts';

tidyUp();

describe('when AWS does not answer well', () => {
  it('tries a broken connection again', async () => {
    const loopback = await start({
      DescribeOrganization: (_, count) => (count < 3 ? 'reset' : { body: found }),
    });
    expect((await opened().organization(fresh()))?.id).toBe('o-abcdefghij');
    expect(loopback.received).toHaveLength(3);
  });

  it('says what kept failing, after few attempts', async () => {
    const loopback = await start({
      DescribeOrganization: () => ({ error: 'ServiceException', status: 500 }),
    });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({
      kind: 'transient',
      reason: 'ObservationFailed',
      message: 'no usable answer (HTTP 500)',
    });
    expect(loopback.received).toHaveLength(3);
  });

  it('says it is throttled', async () => {
    await start({ DescribeOrganization: () => ({ error: 'TooManyRequestsException' }) });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({
      kind: 'throttled',
      reason: 'Throttled',
    });
    expect(calls.at(-1)?.result).toBe('throttled');
  });

  it('ends a call without an answer at its timeout', async () => {
    await start({ DescribeOrganization: () => 'hang' }, { limits: { callMilliseconds: 150 } });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({
      kind: 'transient',
      message: 'no usable answer (ETIMEDOUT)',
    });
  });

  it('ends one attempt at its own timeout and tries again', async () => {
    const loopback = await start(
      { DescribeOrganization: (_, count) => (count === 1 ? 'hang' : { body: found }) },
      { limits: { requestMilliseconds: 150 } },
    );
    expect((await opened().organization(fresh()))?.id).toBe('o-abcdefghij');
    expect(loopback.received).toHaveLength(2);
  });

  it('rejects with the reason of the abort, at once', async () => {
    const loopback = await start({ EnableAWSServiceAccess: () => 'hang' });
    const controller = new AbortController();
    const enabling = opened().enableAccess(sso, controller.signal);
    await vi.waitFor(() => expect(loopback.received).toHaveLength(1));
    const reason = new Error('lease lost');
    controller.abort(reason);
    await expect(enabling).rejects.toBe(reason);
    expect(calls.at(-1)?.result).toBe('aborted');
  });

  it('ends everything when it is closed', async () => {
    const loopback = await start({ DescribeOrganization: () => 'hang' });
    const reading = refusal(opened().organization(fresh()));
    await vi.waitFor(() => expect(loopback.received).toHaveLength(1));
    close();
    expect((await reading).kind).toBe('transient');
  });

  it('takes an answer that is not JSON for no answer', async () => {
    await start({ DescribeOrganization: () => ({ xml: '<html>captive portal</html>' }) });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({ kind: 'transient' });
  });
});

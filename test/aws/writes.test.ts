import { describe, expect, it } from 'vitest';
import { calls, forever, opened, refusal, requestIds, sso, start, tidyUp } from './scripted.ts';

tidyUp();

describe('what is changed', () => {
  it('sends each change with its principal and account, and nothing else', async () => {
    const ok = () => ({ body: {} });
    const loopback = await start({
      EnableAWSServiceAccess: ok,
      DisableAWSServiceAccess: ok,
      RegisterDelegatedAdministrator: ok,
      DeregisterDelegatedAdministrator: ok,
    });
    const organizations = opened();
    const answers = [
      await organizations.enableAccess(sso, forever),
      await organizations.registerAdministrator(sso, '222222222222', forever),
      await organizations.deregisterAdministrator(sso, '222222222222', forever),
      await organizations.disableAccess(sso, forever),
    ];
    expect(loopback.received.map(({ operation, input }) => [operation, input])).toEqual([
      ['EnableAWSServiceAccess', { ServicePrincipal: sso }],
      ['RegisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: '222222222222' }],
      ['DeregisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: '222222222222' }],
      ['DisableAWSServiceAccess', { ServicePrincipal: sso }],
    ]);
    expect(requestIds).toEqual(loopback.operations().map((operation) => `request-${operation}`));
    expect(answers).toEqual(requestIds);
  });

  it('takes what is already so for success, and remembers the request all the same [F-A5b]', async () => {
    await start({
      RegisterDelegatedAdministrator: () => ({ error: 'AccountAlreadyRegisteredException' }),
      DeregisterDelegatedAdministrator: () => ({ error: 'AccountNotRegisteredException' }),
    });
    expect(await opened().registerAdministrator(sso, '222222222222', forever)).toBeUndefined();
    expect(await opened().deregisterAdministrator(sso, '222222222222', forever)).toBeUndefined();
    expect(calls.map(({ result }) => result)).toEqual(['ok', 'ok']);
    expect(requestIds).toHaveLength(2);
  });

  it('names the missing permission, the reason and the request of a refused change', async () => {
    await start({
      EnableAWSServiceAccess: () => ({ error: 'AccessDeniedException' }),
      RegisterDelegatedAdministrator: () => ({
        error: 'ConstraintViolationException',
        members: { Reason: 'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE' },
      }),
    });
    expect(await refusal(opened().enableAccess(sso, forever))).toMatchObject({
      kind: 'denied',
      reason: 'AccessDenied',
      action: 'organizations:EnableAWSServiceAccess',
    });
    expect(await refusal(opened().registerAdministrator(sso, '222222222222', forever))).toMatchObject({
      kind: 'slotTaken',
      reason: 'TooManyAdministrators',
    });
    expect(calls.map(({ result }) => result)).toEqual(['denied', 'slotTaken']);
    expect(requestIds).toHaveLength(2);
  });

  it('leaves a concurrent change to the reconcile, at once', async () => {
    const loopback = await start({
      EnableAWSServiceAccess: () => ({ error: 'ConcurrentModificationException' }),
    });
    expect(await refusal(opened().enableAccess(sso, forever))).toMatchObject({ kind: 'conflict' });
    expect(loopback.received).toHaveLength(1);
  });
});

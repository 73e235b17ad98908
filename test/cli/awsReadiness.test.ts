import { describe, expect, it } from 'vitest';
import { createAwsReadiness } from '../../src/cli/awsReadiness.ts';
import type { Reconciled } from '../../src/controller/controller.ts';

function open(...names: string[]) {
  let now = 0;
  const readiness = createAwsReadiness({ names: () => names, now: () => now });
  return {
    ...readiness,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const silent: Reconciled['outcome'] = {
  kind: 'Retry',
  reason: 'ObservationFailed',
  message: 'sts:AssumeRoleWithWebIdentity failed: no answer within 20 s',
};

describe('readiness of AWS', () => {
  it('is given to a replica that stands by', () => {
    expect(open('sso').check()).toEqual({ ok: true, message: 'standing by' });
  });

  it('is given to a leader without resources', () => {
    const readiness = open();
    readiness.leading(true);
    expect(readiness.check()).toEqual({ ok: true, message: 'no resource needs AWS' });
  });

  it('is withheld from a leader until AWS answers, and reports for how long', () => {
    const readiness = open('sso');
    readiness.leading(true);
    readiness.pass(12_000);
    expect(readiness.check()).toEqual({
      ok: false,
      message: 'AWS has not answered yet: waiting for the first answer for 12 s',
    });
    readiness.called('ok');
    expect(readiness.check()).toEqual({ ok: true, message: 'AWS answers' });
  });

  it('names what does not answer', () => {
    const readiness = open('guardduty', 'sso');
    readiness.leading(true);
    readiness.ended({ name: 'sso', outcome: silent });
    expect(readiness.check()).toEqual({
      ok: false,
      message: 'AWS has not answered yet: sts:AssumeRoleWithWebIdentity failed: no answer within 20 s',
    });
  });

  it.each(['transient', 'aborted'])('is not given by a call that ends as %s', (result) => {
    const readiness = open('sso');
    readiness.leading(true);
    readiness.called(result);
    expect(readiness.check().ok).toBe(false);
  });

  it.each(['ok', 'denied', 'throttled', 'blocked'])('is given by a call that ends as %s', (result) => {
    const readiness = open('sso');
    readiness.leading(true);
    readiness.called(result);
    expect(readiness.check().ok).toBe(true);
  });

  it.each<[string, Reconciled['outcome'], boolean]>([
    ['is given when the only resource is suspended', { kind: 'Suspended' }, true],
    [
      'is given when the only manifest is invalid',
      { kind: 'Stalled', reason: 'InvalidSpec', message: 'no' },
      true,
    ],
    [
      'is withheld when credentials are missing',
      { kind: 'Stalled', reason: 'AccessDenied', message: 'none' },
      false,
    ],
    ['is withheld after an unexpected failure', { kind: 'Error', error: new Error('broken') }, false],
  ])('%s', (_what, outcome, ok) => {
    const readiness = open('sso');
    readiness.leading(true);
    readiness.ended({ name: 'sso', outcome });
    expect(readiness.check().ok).toBe(ok);
  });

  it('is not taken back when AWS stops answering later', () => {
    const readiness = open('sso');
    readiness.leading(true);
    readiness.called('ok');
    readiness.ended({ name: 'sso', outcome: silent });
    expect(readiness.check().ok).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { askedForCredentials, boundedLoad } from '../../src/aws/credentialWait.ts';
import type { Credentials } from '../../src/aws/session.ts';
import { virtualClock } from '../harness/virtualClock.ts';

const keys: Credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };

function open() {
  const clock = virtualClock();
  const loads: PromiseWithResolvers<Credentials>[] = [];
  const load = boundedLoad(
    () => {
      const begun = Promise.withResolvers<Credentials>();
      loads.push(begun);
      return begun.promise;
    },
    { clock, milliseconds: 20_000, asked: () => 'sts:AssumeRoleWithWebIdentity' },
  );
  return { clock, loads, load };
}

describe('the wait for credentials', () => {
  it('ends after its time, and names what does not answer', async () => {
    const { clock, load } = open();
    const waiting = expect(load(false)).rejects.toMatchObject({
      kind: 'transient',
      action: 'sts:AssumeRoleWithWebIdentity',
      message: 'no answer within 20 s',
    });
    await clock.advance(20_000);
    await waiting;
  });

  it('leaves the load running, so that its answer serves the next caller', async () => {
    const { clock, loads, load } = open();
    const first = expect(load(false)).rejects.toThrow('no answer');
    await clock.advance(20_000);
    await first;
    const second = load(false);
    expect(loads).toHaveLength(1);
    loads[0]?.resolve(keys);
    expect(await second).toBe(keys);
  });

  it('begins another load when one has gone on for a minute', async () => {
    const { clock, loads, load } = open();
    const first = expect(load(false)).rejects.toThrow('no answer');
    await clock.advance(60_000);
    await first;
    const second = load(false);
    expect(loads).toHaveLength(2);
    loads[1]?.resolve(keys);
    expect(await second).toBe(keys);
  });

  it('passes a failure on, and begins another load after it', async () => {
    const { loads, load } = open();
    const first = expect(load(false)).rejects.toThrow('no profile');
    loads[0]?.reject(new Error('no profile'));
    await first;
    const second = load(false);
    loads[1]?.resolve(keys);
    expect(await second).toBe(keys);
  });

  it('leaves no timer behind', async () => {
    const { clock, loads, load } = open();
    const waiting = load(false);
    loads[0]?.resolve(keys);
    await waiting;
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
  });
});

describe('what is asked for credentials', () => {
  const web = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' };
  it.each([
    ['a profile comes first', { AWS_PROFILE: 'prod', ...web }, 'credentials of profile prod'],
    ['a pod with a role asks STS', web, 'sts:AssumeRoleWithWebIdentity'],
    [
      'Pod Identity has an endpoint',
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' },
      'the container credentials endpoint',
    ],
    ['an instance role needs no setting', {}, 'credentials'],
  ])('%s', (_what, environment, asked) => {
    expect(askedForCredentials(environment)).toBe(asked);
  });
});

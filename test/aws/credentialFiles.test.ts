import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialFiles, watchCredentialFiles } from '../../src/aws/credentialFiles.ts';
import { systemClock } from '../../src/cli/systemClock.ts';
import { clockOf } from '../../src/time/clock.ts';
import { eventually } from '../harness/eventually.ts';

describe('credentialFiles', () => {
  it('names the files of the home directory', () => {
    expect(credentialFiles({}, '/home/u')).toEqual([
      '/home/u/.aws/credentials',
      '/home/u/.aws/config',
      '/home/u/.aws/sso/cache',
    ]);
  });

  it('names the files that the environment names', () => {
    const environment = {
      AWS_SHARED_CREDENTIALS_FILE: '/c',
      AWS_CONFIG_FILE: '/f',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/t',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/a',
    };
    expect(credentialFiles(environment, '/home/u')).toEqual([
      '/c',
      '/f',
      '/home/u/.aws/sso/cache',
      '/t',
      '/a',
    ]);
  });
});

describe('watchCredentialFiles', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  /** Looks a hundred times as often. */
  const fast = clockOf({
    now: systemClock.now,
    after: (delay, callback) => systemClock.after(delay / 100, callback),
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trusted-access-credentials-'));
    await mkdir(at('cache'));
    await writeFile(at('cache', 'token.json'), '{}');
    await writeFile(at('config'), 'a');
    await mkdir(at('one'));
    await mkdir(at('two'));
    await writeFile(at('one', 'token'), '1');
    await writeFile(at('two', 'token'), '2');
    await symlink('one', at('data'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each<[string, () => Promise<void>]>([
    ['a file is written', () => writeFile(at('config'), 'ab')],
    ['a file appears', () => writeFile(at('credentials'), 'a')],
    ['a file goes', () => unlink(at('config'))],
    ['an SSO token is rewritten in place', () => writeFile(at('cache', 'token.json'), '{"a":1}')],
    ['an SSO token appears', () => writeFile(at('cache', 'other.json'), '{}')],
    [
      'the kubelet replaces the link to a mounted token',
      async () => {
        await symlink('two', at('data.new'));
        await rename(at('data.new'), at('data'));
      },
    ],
  ])('reports a change when %s, and nothing more until the next one', async (_what, change) => {
    const ending = new AbortController();
    let observations = 0;
    let changes = 0;
    const clock = clockOf({
      now: fast.now,
      after(delay, callback) {
        observations += 1;
        return fast.after(delay, callback);
      },
    });
    const paths = [at('config'), at('credentials'), at('cache'), at('data', 'token')];
    const watching = watchCredentialFiles(paths, { clock, signal: ending.signal }, () => {
      changes += 1;
    });
    await eventually(() => expect(observations).toBeGreaterThan(1));
    expect(changes).toBe(0);
    await change();
    await eventually(() => expect(changes).toBeGreaterThan(0));
    // A file written in place may be read between its truncation and its text: two changes.
    const passes = async () => {
      const before = observations;
      await eventually(() => expect(observations).toBeGreaterThan(before + 2));
    };
    await passes();
    const reported = changes;
    expect(reported).toBeLessThanOrEqual(2);
    await passes();
    expect(changes).toBe(reported);
    ending.abort();
    await watching;
  });
});

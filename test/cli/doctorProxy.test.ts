import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allChecks } from '../../src/cli/doctor/checks/all.ts';
import { proxyChecks } from '../../src/cli/doctor/checks/proxy.ts';
import { examineWith } from './examined.ts';
import { type Fixture, setFixture } from './fixture.ts';

const queue = 'https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access-events';

let fixture: Fixture;
beforeEach(async () => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
  fixture = await setFixture();
});
afterEach(() => fixture.stop());

/** What doctor says of proxies; the proxy of the environment does not exist, so everything else fails. */
async function found(environment: Readonly<Record<string, string | undefined>>) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { check } = await examineWith({ eventQueue: [queue] });
  return check('proxy');
}

const password = 's3cret-word';
const away = { AWS_ENDPOINT_URL: undefined, HTTPS_PROXY: `http://operator:${password}@127.0.0.1:1` };

describe('doctor on proxies', () => {
  it('doctor names the proxy of every endpoint that takes one, and never its password', async () => {
    const shown = await found(away);
    expect(shown).toMatchObject({ status: 'ok', group: 'AWS' });
    expect(shown.found).toBe(
      'through http://127.0.0.1:1 (HTTPS_PROXY): sts.eu-west-1.amazonaws.com, organizations.us-east-1.amazonaws.com, iam.amazonaws.com, sso.eu-west-1.amazonaws.com, cloudtrail.us-east-1.amazonaws.com, events.us-east-1.amazonaws.com, sqs.us-east-1.amazonaws.com',
    );
  });

  it('doctor reports the endpoints that NO_PROXY leaves out', async () => {
    const shown = await found({ ...away, NO_PROXY: 'sqs.us-east-1.amazonaws.com,.eu-west-1.amazonaws.com' });
    expect(shown.found).toBe(
      'directly: sts.eu-west-1.amazonaws.com, sso.eu-west-1.amazonaws.com, sqs.us-east-1.amazonaws.com; through http://127.0.0.1:1 (HTTPS_PROXY): organizations.us-east-1.amazonaws.com, iam.amazonaws.com, cloudtrail.us-east-1.amazonaws.com, events.us-east-1.amazonaws.com',
    );
  });

  it('doctor shows the endpoints of FIPS', async () => {
    const shown = await found({ ...away, AWS_USE_FIPS_ENDPOINT: 'true', AWS_REGION: 'us-east-1' });
    expect(shown.found).toContain('sts-fips.us-east-1.amazonaws.com');
    expect(shown.found).toContain('sso-fips.us-east-1.api.aws');
    expect(shown.found).toContain('sqs-fips.us-east-1.amazonaws.com');
  });

  it('doctor reports that endpoints on loopback are reached directly', async () => {
    const shown = await found({ HTTPS_PROXY: away.HTTPS_PROXY, ALL_PROXY: 'http://127.0.0.1:1' });
    expect(shown.found).toBe('directly: 127.0.0.1');
  });

  it('doctor fails at a proxy setting that cannot be read, without its value', async () => {
    const shown = await found({ ...away, HTTPS_PROXY: 'http://operator:s3cret#word@127.0.0.1:1' });
    expect(shown.status).toBe('failed');
    expect(shown.found).toContain('HTTPS_PROXY is not the URL of a proxy');
    expect(shown.found).not.toContain('s3cret');
  });

  it('doctor has no line about proxies when no variable names one', () => {
    expect(proxyChecks({ NO_PROXY: 'example.com', HTTPS_PROXY: '' })).toEqual([]);
    expect(allChecks({ eventQueue: [] }).map(({ name }) => name)).not.toContain('proxy');
  });
});

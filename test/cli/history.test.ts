import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { allowEverything, type Statement } from '../../sandbox/aws/identity.ts';
import { historyJsonSchema, historySchema } from '../../src/cli/history/report.ts';
import { parseSince } from '../../src/cli/history/since.ts';
import { runToEnd } from '../harness/binary.ts';
import { manifest, openScenario, readOnly, type Scenario, security, sso } from './planFixture.ts';

let scenario: Scenario;
let events: EventHalf;

afterEach(async () => {
  events?.close();
  await scenario?.[Symbol.asyncDispose]();
});

/** A folder that the operator has worked on once, with CloudTrail listening. */
async function open(statements: readonly Statement[] = allowEverything, spec = '') {
  scenario = await openScenario({ enabled: [], statements });
  events = addEventHalf(scenario.aws);
  await scenario.write('sso.yaml', manifest(spec));
}
const work = () =>
  scenario.run([
    'run',
    '--once',
    '--manifests',
    scenario.folder,
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
  ]);
const history = (...args: string[]) => scenario.run(['history', '--manifests', scenario.folder, ...args]);
/** How far it is may be told too, on a slow machine. */
const remarks = (stderr: string) => stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' …'));
const report = async (...args: string[]) => {
  const { stdout, code, stderr } = await history('--json', ...args);
  expect(remarks(stderr)).toEqual([]);
  expect(code).toBe(0);
  return historySchema.parse(JSON.parse(stdout));
};

describe('trusted-access history --manifests', () => {
  it('shows who changed AWS outside the operator, the drift, and the correction', async () => {
    await open();
    expect(await work()).toMatchObject({ code: 0 });
    scenario.founder('organizations', 'DisableAWSServiceAccess', { ServicePrincipal: sso });
    expect(await work()).toMatchObject({ code: 0 });
    const before = scenario.writes().length;
    const { events: found, leftOut, resources } = await report('sso');
    expect(
      found.map(({ kind, by, sources }) => [kind, by?.operator, sources.includes('CloudTrail')]),
    ).toEqual(
      expect.arrayContaining([
        ['Change', true, true],
        ['Drift', false, true],
        ['Corrected', true, false],
      ]),
    );
    const drift = found.find(({ kind }) => kind === 'Drift');
    expect(drift?.by).toMatchObject({
      name: 'role founder (session founder-session)',
      arn: expect.stringContaining('assumed-role/founder/founder-session'),
    });
    expect({ leftOut, resources }).toEqual({ leftOut: [], resources: ['sso'] });
    expect(scenario.writes()).toHaveLength(before);
  });

  it('goes on through the pages of CloudTrail', async () => {
    await open();
    await work();
    for (let count = 0; count < 60; count += 1) {
      scenario.founder('organizations', 'DisableAWSServiceAccess', { ServicePrincipal: sso });
      scenario.founder('organizations', 'EnableAWSServiceAccess', { ServicePrincipal: sso });
    }
    const { events: found } = await report();
    expect(found.filter(({ kind, by }) => kind === 'Change' && !by?.operator)).toHaveLength(120);
  });

  it('says in one line that CloudTrail is left out, and which permission is missing', async () => {
    await open(readOnly, 'driftPolicy: Observe');
    await work();
    const { stdout, stderr, code } = await history();
    expect(stdout).toContain('SOURCE');
    expect(remarks(stderr)).toEqual([
      expect.stringMatching(/^omitted: CloudTrail: permission cloudtrail:LookupEvents is missing /),
    ]);
    expect(code).toBe(0);
    const { leftOut } = await report();
    expect(leftOut).toMatchObject([
      { source: 'CloudTrail', permission: 'cloudtrail:LookupEvents', resources: ['sso'] },
    ]);
  });

  it('does not take another account’s calls for the organization’s', async () => {
    await open();
    await work();
    const { accessKeyId, secretAccessKey } = scenario.memberKeys(security);
    const { stderr, code } = await scenario.run(['history', '--manifests', scenario.folder], {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    expect(remarks(stderr)).toEqual([
      'omitted: CloudTrail: your credentials belong to account 222222222222; CloudTrail keeps the calls in management account 111111111111',
    ]);
    expect(code).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    ['there is no resource of that name', ['nobody'], /there is no TrustedAccess nobody in \//],
    [
      'the duration is none',
      ['--since', 'tomorrow'],
      /'tomorrow' is invalid\. A duration is needed, for example 90m, 24h or 7d/,
    ],
  ])('exits with 1 when %s', async (_, args, words) => {
    await open();
    await work();
    const { stdout, stderr, code } = await history(...args);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(code).toBe(1);
  });

  it('exits with 1 when the operator has not worked on the folder', async () => {
    await open();
    const { stderr, code } = await history();
    expect(stderr).toContain('has no status file');
    expect(code).toBe(1);
  });
});

describe('the JSON of history', () => {
  it('is the one that docs/history.schema.json documents', async () => {
    const documented = await readFile(join(import.meta.dirname, '../../docs/history.schema.json'), 'utf8');
    const { stdout, code } = await runToEnd(['history', '--json-schema']);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(documented));
    expect(JSON.parse(historyJsonSchema())).toEqual(JSON.parse(documented));
    expect(z.fromJSONSchema(JSON.parse(documented)).safeParse({}).success).toBe(false);
    expect(code).toBe(0);
  });
});

describe('--since', () => {
  it.each([
    ['90m', 5_400_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1d12h', 129_600_000],
  ])('%s is %i ms', (text, milliseconds) => {
    expect(parseSince(text)).toBe(milliseconds);
  });

  it.each(['', '0s', '-1h', '7', 'd', '1h1d', '1w'])('%j is none', (text) => {
    expect(() => parseSince(text)).toThrow('A duration is needed');
  });
});

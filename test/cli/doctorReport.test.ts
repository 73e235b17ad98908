import { describe, expect, it } from 'vitest';
import type { Check, Context, Result } from '../../src/cli/doctor/check.ts';
import { judgeCrd } from '../../src/cli/doctor/checks/cluster.ts';
import { policySource } from '../../src/cli/doctor/checks/writes.ts';
import { type Finding, fail, ok, skip, warn } from '../../src/cli/doctor/finding.ts';
import { patternLacks } from '../../src/cli/doctor/patternLacks.ts';
import { jsonReport, textReport } from '../../src/cli/doctor/report.ts';
import { runChecks } from '../../src/cli/doctor/runChecks.ts';
import { customResourceDefinition } from '../../src/crds/crd.ts';
import { eventPattern } from '../../src/eventFormat/eventPattern.ts';
import { deadline } from '../../src/time/deadline.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { fakeTerminal } from './fixture.ts';

type Run = (context: Context) => Promise<Finding>;

function checkOf(name: string, run: Run, needs: readonly string[] = []): Check {
  return { name, title: `the ${name}`, group: 'AWS', needs, run };
}

function running(checks: readonly Check[], milliseconds = 30_000) {
  const clock = virtualClock();
  const { signal } = deadline(clock, milliseconds, undefined, `not done within ${milliseconds / 1_000} s`);
  const reported: Result[] = [];
  // Only what these checks look at.
  const context = { clock, signal } as unknown as Context;
  const done = runChecks(checks, context, (result) => void reported.push(result));
  return { clock, reported, done };
}

const endingAfter = (milliseconds: number, finding: Finding): Run => {
  return ({ clock }) => new Promise((resolve) => clock.after(milliseconds, () => resolve(finding)));
};

describe('checks', () => {
  it('run side by side and are reported in the order of the list, each as soon as those before it are', async () => {
    const { clock, reported, done } = running([
      checkOf('slow', endingAfter(2_000, ok('well'))),
      checkOf('fast', endingAfter(100, ok('well'))),
      checkOf('slower', endingAfter(5_000, ok('well'))),
    ]);
    await clock.advance(1_000);
    expect(reported).toEqual([]);
    await clock.advance(1_000);
    expect(reported.map(({ check, milliseconds }) => [check.name, milliseconds])).toEqual([
      ['slow', 2_000],
      ['fast', 100],
    ]);
    await clock.advance(3_000);
    expect((await done).map(({ check }) => check.name)).toEqual(['slow', 'fast', 'slower']);
  });

  it('are skipped when what they need failed, down to the last, with the first reason', async () => {
    const { done } = running([
      checkOf('first', async () => fail('broken', 'mend it')),
      checkOf('second', async () => ok('never'), ['first']),
      checkOf('third', async () => ok('never'), ['second']),
      checkOf('free', async () => ok('well')),
    ]);
    expect((await done).map(({ status, found }) => [status, found])).toEqual([
      ['failed', 'broken'],
      ['skipped', 'needs: the first'],
      ['skipped', 'needs: the first'],
      ['ok', 'well'],
    ]);
  });

  it('do not apply where what they need does not apply, for the same reason', async () => {
    const { done } = running([
      checkOf('first', async () => skip('--no-cluster')),
      checkOf('second', async () => ok('never'), ['first']),
    ]);
    expect((await done)[1]).toMatchObject({ status: 'skipped', found: '--no-cluster' });
  });

  it('go on after a warning', async () => {
    const { done } = running([
      checkOf('first', async () => warn('hm')),
      checkOf('second', async () => ok('well'), ['first']),
    ]);
    expect((await done)[1]).toMatchObject({ status: 'ok' });
  });

  it('fail when they exceed the time limit, and later checks are still reported', async () => {
    const { clock, done } = running([
      checkOf('endless', () => new Promise(() => {})),
      checkOf('dependent', async () => ok('never'), ['endless']),
    ]);
    await clock.advance(30_000);
    expect((await done).map(({ status, found }) => [status, found])).toEqual([
      ['failed', 'not done within 30 s'],
      ['skipped', 'needs: the endless'],
    ]);
  });

  it('fail with the message of the error that they throw', async () => {
    const { done } = running([
      checkOf('broken', () => {
        throw new Error('out of order');
      }),
    ]);
    expect((await done)[0]).toMatchObject({ status: 'failed', found: 'out of order' });
  });

  it('must come after those they need', async () => {
    const { done } = running([checkOf('early', async () => ok('well'), ['late'])]);
    await expect(done).rejects.toThrow('early needs a check that is not before it');
  });
});

const results: readonly Result[] = [
  { check: checkOf('one', async () => ok('')), ...ok('well'), milliseconds: 1 },
  {
    check: checkOf('two', async () => ok('')),
    ...fail('broken', 'mend it', 'or buy another'),
    milliseconds: 2,
  },
  {
    check: { ...checkOf('three', async () => ok('')), group: 'Events' },
    ...warn('worn', 'oil it'),
    milliseconds: 3,
  },
  {
    check: { ...checkOf('four', async () => ok('')), group: 'Events' },
    ...skip('no such part'),
    milliseconds: 0,
  },
];

describe('the report', () => {
  it('is one line a check with a mark, beneath it what to do', () => {
    const terminal = fakeTerminal();
    const report = textReport(
      terminal,
      results.map(({ check }) => check),
    );
    for (const result of results) report.report(result);
    report.end(results);
    expect(terminal.stdout()).toBe(`AWS
  ✓ the one    well
  ✗ the two    broken
      → mend it
      → or buy another

Events
  ! the three  worn
      → oil it
  – the four   no such part

1 ok, 1 with warnings, 1 failed, 1 not checked`);
  });

  it('is one JSON object for programs', () => {
    const terminal = fakeTerminal();
    const report = jsonReport(terminal);
    for (const result of results) report.report(result);
    report.end(results);
    const parsed = JSON.parse(terminal.stdout());
    expect(Object.keys(parsed)).toEqual(['version', 'healthy', 'summary', 'checks']);
    expect(parsed).toMatchObject({ healthy: false, summary: { ok: 1, warning: 1, failed: 1, skipped: 1 } });
    expect(parsed.checks[1]).toEqual({
      name: 'two',
      group: 'AWS',
      title: 'the two',
      status: 'failed',
      found: 'broken',
      remedy: ['mend it', 'or buy another'],
      milliseconds: 2,
    });
  });
});

describe('what a pattern does not let through', () => {
  const { source, detail } = eventPattern;
  const lacks = (pattern: object | undefined) => patternLacks(pattern && JSON.stringify(pattern));

  it.each<[string, object | undefined, readonly (string | RegExp)[]]>([
    ['setup’s own pattern', eventPattern, []],
    ['a broader one', { source }, []],
    ['one with further sources', { ...eventPattern, source: [...source, 'aws.ec2'] }, []],
    ['one with matchers', { source: [{ prefix: 'aws.' }], detail }, []],
    [
      'one without service events',
      { ...eventPattern, 'detail-type': ['AWS API Call via CloudTrail', 'Heartbeat'] },
      [/Service Event/],
    ],
    [
      'one of Organizations alone',
      { ...eventPattern, source: ['aws.organizations'] },
      [/aws\.sso.*aws\.iam.*operator/],
    ],
    [
      'one of a few events',
      { ...eventPattern, detail: { eventName: ['Heartbeat'] } },
      [/EnableAWSServiceAccess/],
    ],
    ['one of one account', { ...eventPattern, account: ['1'] }, [/account/]],
    [
      'one of a person',
      { ...eventPattern, detail: { ...detail, userIdentity: {} } },
      [/detail\.userIdentity/],
    ],
    ['none', undefined, [/no event pattern/]],
  ])('%s', (_, pattern, expected) => {
    expect(lacks(pattern)).toEqual(expected.map((form) => expect.stringMatching(form)));
  });

  it('is everything when it is no JSON', () => {
    expect(patternLacks('{')).toEqual([expect.stringContaining('everything')]);
  });
});

it.each([
  [
    'arn:aws:sts::111111111111:assumed-role/operator/session',
    '"$(aws iam get-role --role-name operator --query Role.Arn --output text)"',
  ],
  ['arn:aws:iam::111111111111:user/me', 'arn:aws:iam::111111111111:user/me'],
])('The policies of %s are those of %s, path of the role included', (arn, source) => {
  expect(policySource(arn)).toBe(source);
});

describe('a CRD in the cluster', () => {
  const own = () => JSON.parse(JSON.stringify(customResourceDefinition()));

  it('is the one of this executable', () => {
    expect(judgeCrd(own()).status).toBe('ok');
  });

  it('is another one: reported what differs', () => {
    const other = own();
    delete other.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.interval;
    expect(judgeCrd(other)).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('its schema is not that of this executable'),
      remedy: ['trusted-access crd | kubectl apply --server-side -f -'],
    });
  });

  it.each([
    ['not served', { ...own().spec.versions[0], served: false }],
    ['of another version', { ...own().spec.versions[0], name: 'v1' }],
  ])('is %s', (_, version) => {
    expect(judgeCrd({ spec: { versions: [version] } }).status).toBe('failed');
  });
});

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctorTrailFiles } from '../../src/cli/doctor/trailFiles/command.ts';
import type { TrailReport } from '../../src/cli/doctor/trailFiles/report.ts';
import { codeBlocks } from '../docs/documents.ts';
import { envelopeOf, noon } from '../events/fixture.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { fakeTerminal } from './fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-trail-'));
});
afterEach(() => rm(folder, { recursive: true }));

const record = (name: string, more: Record<string, unknown> = {}) => ({
  ...envelopeOf(name).detail,
  ...more,
});
const listed = { eventSource: 'organizations.amazonaws.com', eventName: 'ListAccounts', eventID: 'x' };
const ec2 = { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances', eventID: 'y' };
const delivered = (...records: readonly object[]) => JSON.stringify({ Records: records });

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function examined(json = false) {
  const terminal = fakeTerminal();
  const clock = virtualClock(noon);
  const code = await doctorTrailFiles(folder, json, { terminal, clock }, new AbortController().signal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
}

const reported = async (): Promise<TrailReport> => JSON.parse((await examined(true)).out);

describe('doctor --cloudtrail', () => {
  it('prints the example of docs/events.md: what the records wake, and the actor of each change', async () => {
    await put(
      'AWSLogs/1/CloudTrail/us-east-1/2026/03/01/a.json.gz',
      gzipSync(delivered(record('DisableAWSServiceAccess'), listed, ec2)),
    );
    await put(
      'AWSLogs/1/CloudTrail/us-east-1/2026/03/01/b.json',
      delivered(record('RemoveAccountFromOrganization'), record('DisableAWSServiceAccess-denied'), ec2),
    );
    const { code, out } = await examined();
    expect(code).toBe(0);
    const shown = codeBlocks('docs/events.md').find(({ text }) => text.startsWith('2 files, 6 records'));
    expect(`${out}\n`).toBe(shown?.text);
  });

  it('prints one object with --json', async () => {
    await put('a.json', delivered(record('RegisterDelegatedAdministrator')));
    expect(await reported()).toMatchObject({
      formatVersion: 1,
      folder,
      files: 1,
      records: 1,
      outcomes: [{ outcome: 'WakesService', detail: 'sso.amazonaws.com', records: 1 }],
      changes: [
        {
          eventName: 'RegisterDelegatedAdministrator',
          managementAccountId: '111111111111',
          accountId: '222222222222',
          by: 'role OrganizationAdmins (session alice)',
          arn: 'arn:aws:sts::111111111111:assumed-role/OrganizationAdmins/alice',
        },
      ],
    });
  });

  it.each([
    ['a list of records', delivered(record('EnableAWSServiceAccess'))],
    [
      'a list behind other members',
      `{"a":{"b":[1]},"Records" : [${JSON.stringify(record('EnableAWSServiceAccess'))}],"c":2}`,
    ],
    ['an array', JSON.stringify([record('EnableAWSServiceAccess')])],
    ['one record', JSON.stringify(record('EnableAWSServiceAccess'))],
    ['an EventBridge event', JSON.stringify(envelopeOf('EnableAWSServiceAccess'), null, 2)],
    ['a record a line', `${JSON.stringify(record('EnableAWSServiceAccess'))}\n`],
    [
      'an answer of LookupEvents',
      JSON.stringify({
        Events: [{ EventId: 'e', CloudTrailEvent: JSON.stringify(record('EnableAWSServiceAccess')) }],
      }),
    ],
  ])('reads %s', async (_, content) => {
    await put('a.json', content);
    const { records, changes } = await reported();
    expect({ records, names: changes.map(({ eventName }) => eventName) }).toEqual({
      records: 1,
      names: ['EnableAWSServiceAccess'],
    });
  });

  it.each([
    ['DisableAWSServiceAccess', 'WakesService'],
    ['RemoveAccountFromOrganization', 'WakesAccount'],
    ['DisablePolicyType', 'WakesBlocked'],
    ['DeleteOrganization', 'WakesOrganization'],
    ['CreateAccount', 'WakesNone'],
    ['DisableAWSServiceAccess-denied', 'Failed'],
  ])('judges %s as %s', async (name, outcome) => {
    await put('a.json', delivered(record(name)));
    expect((await reported()).outcomes).toMatchObject([{ outcome, records: 1 }]);
  });

  it('shows an event that several trails delivered once', async () => {
    await put('a.json', delivered(record('DisableAWSServiceAccess')));
    await put('b.json', delivered(record('DisableAWSServiceAccess')));
    expect(await reported()).toMatchObject({ records: 2, repeatedChanges: 1, changes: [{}] });
  });

  it('goes on after an unreadable file, names it, and exits with 1', async () => {
    await put('a.json.gz', gzipSync(delivered(record('DisableAWSServiceAccess'))).subarray(0, 200));
    await put('b.json', '{"Records":[{"eventSource":');
    await put('c.json', 'no JSON at all');
    await put('d.json', delivered(record('EnableAWSServiceAccess')));
    const { code, out, err } = await examined();
    expect(code).toBe(1);
    expect(out).toContain('EnableAWSServiceAccess');
    expect(err.match(/^unreadable: /gm)).toHaveLength(3);
    expect(err).toContain('b.json: the file ends within a JSON value');
    expect(err).toContain('c.json: no JSON object');
  });

  it('counts what is no CloudTrail record, and what is too large for one', async () => {
    await put(
      'digest.json',
      JSON.stringify({ awsAccountId: '111111111111', logFiles: [{ hashValue: 'x' }] }),
    );
    await put('large.json', delivered({ ...listed, padding: 'x'.repeat(2 ** 20) }, listed));
    const { outcomes } = await reported();
    expect(outcomes.map(({ detail, records }) => `${detail} ${records}`).sort()).toEqual([
      'NotARecord 1',
      'TooBig 1',
      'UnknownName 1',
    ]);
  });

  it('reads neither links nor other files', async () => {
    await put('a.json', delivered(ec2));
    await put('notes.txt', 'x');
    await symlink(join(folder, 'a.json'), join(folder, 'b.json'));
    await symlink(folder, join(folder, 'loop'));
    expect(await reported()).toMatchObject({ files: 1, records: 1 });
  });

  it.each([
    ['holds no file of CloudTrail', 'empty', /^no \.json or \.json\.gz file in /],
    ['does not exist', 'gone', /^cannot read .*ENOENT/],
  ])('exits with 1 when the folder %s', async (_, name, message) => {
    const path = join(folder, name);
    await mkdir(join(folder, 'empty'));
    const terminal = fakeTerminal();
    const surroundings = { terminal, clock: virtualClock(noon) };
    expect(await doctorTrailFiles(path, false, surroundings, new AbortController().signal)).toBe(1);
    expect(terminal.stderr()).toMatch(message);
  });
});

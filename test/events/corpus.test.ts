/** Shapes of real records, in own words: every subscribed event of Organizations, called by every identity. */
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/cli/doctor/trailFiles/judge.ts';
import { subscribedSources } from '../../src/eventFormat/subscribedEvents.ts';
import { parseMessage } from '../../src/events/envelope.ts';
import { changeOf, envelopeOf, fixture, message, noon } from './fixture.ts';
import { identityShapes } from './identityShapes.ts';

const organizations = subscribedSources.find(({ source }) => source === 'aws.organizations');
const names = Object.keys(organizations?.events ?? {});
const calls = names.filter((name) => envelopeOf(name).detail['eventType'] === 'AwsApiCall');

const notification = (Message: string) => JSON.stringify({ Type: 'Notification', Message });

describe('The record of', () => {
  it.each(calls)('%s shows every identity by the same name as any other call', (name) => {
    for (const { record, shown } of identityShapes) {
      const { evidence } = changeOf(
        message(name, { ...record, eventType: record['eventType'] ?? 'AwsApiCall' }),
      );
      expect(evidence, name).toMatchObject(shown);
    }
  });

  it.each(names)('%s means the same from EventBridge, through SNS and in a file of CloudTrail', (name) => {
    const change = changeOf(fixture(name));
    expect(parseMessage(notification(fixture(name)), noon)).toEqual(change);
    const { change: inFile } = judge(JSON.stringify(envelopeOf(name).detail), noon);
    expect(inFile).toEqual({ ...change, evidence: { ...change.evidence, source: inFile?.evidence.source } });
    expect(judge(fixture(name), noon).change).toEqual(change);
  });

  it.each(names.filter((name) => !calls.includes(name)))(
    '%s, an event of AWS itself, names AWS Organizations',
    (name) => {
      expect(changeOf(fixture(name)).evidence).toMatchObject({ by: 'AWS Organizations' });
      expect(changeOf(fixture(name)).evidence).not.toHaveProperty('via');
    },
  );
});

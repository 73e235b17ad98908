import { describe, expect, it } from 'vitest';
import { bare, section, tableRows } from '../docs/documents.ts';
import { changeOf, message } from './fixture.ts';
import { identityShapes } from './identityShapes.ts';

const shownOf = (record: Readonly<Record<string, unknown>>) => {
  const { by, arn, onBehalfOf, via, sourceIp } = changeOf(
    message('DisableAWSServiceAccess', record),
  ).evidence;
  return {
    by,
    ...(arn !== undefined && { arn }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(via !== undefined && { via }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
};

describe('the actor of a CloudTrail record', () => {
  it.each(identityShapes)('is shown by a short name for $caller: $shown.by', ({ record, shown }) => {
    expect(shownOf(record)).toEqual(shown);
  });

  it.each(identityShapes)('shows nothing twice for $caller', ({ record }) => {
    const { by, via = '' } = shownOf(record);
    const steps = via.split(', ').filter(Boolean);
    expect(steps).toEqual([...new Set(steps)]);
    expect(steps).not.toContain(by);
  });

  it('stands in docs/events.md for every identity, as it is shown [P-62]', () => {
    const rows = tableRows(section('docs/events.md', 'Identities'));
    expect(rows.map(([caller, by, via]) => [caller, bare(by), bare(via)])).toEqual(
      identityShapes.map(({ caller, shown: { by, via = '' } }) => [caller, by, via]),
    );
  });
});

describe('the strings of an actor', () => {
  it('lose every character that could move, recolour or reverse what stands beside them', () => {
    const nasty = '\u001b[31mred\u009b2J\u202eesrever\u2066\u200b\u0007\n\ud800 end\u{e0041}';
    const { evidence } = changeOf(
      message('DisableAWSServiceAccess', {
        sourceIPAddress: nasty,
        userAgent: nasty,
        userIdentity: {
          type: 'AssumedRole',
          arn: nasty,
          sessionContext: { sourceIdentity: nasty, sessionIssuer: { userName: nasty } },
          onBehalfOf: { userId: nasty, identityStoreArn: nasty },
          invokedBy: nasty,
        },
      }),
    );
    const clean = '[31mred 2J esrever end';
    expect(evidence).toMatchObject({
      by: `${clean} (role ${clean})`,
      arn: clean,
      onBehalfOf: { userId: clean, identityStoreArn: clean },
      via: clean,
    });
    expect(evidence).not.toHaveProperty('sourceIp');
  });

  it('are cut to a length, without a character in two halves', () => {
    const long = '𝒜'.repeat(5_000);
    const userIdentity = { type: 'IAMUser', arn: long, userName: long, invokedBy: long };
    const {
      by,
      arn = '',
      via = '',
    } = changeOf(message('DisableAWSServiceAccess', { userIdentity })).evidence;
    expect(by.length).toBeLessThanOrEqual(512);
    expect(arn.length).toBeLessThanOrEqual(2_048);
    expect(arn.length).toBeGreaterThan(2_040);
    expect(via.length).toBeLessThanOrEqual(512);
    for (const text of [by, arn, via]) expect(text.isWellFormed()).toBe(true);
  });
});

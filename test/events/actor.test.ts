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

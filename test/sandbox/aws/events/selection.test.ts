import { describe, expect, it } from 'vitest';
import { rootUser } from '../../../../sandbox/aws/callers.ts';
import type { JsonObject } from '../../../../sandbox/aws/events/json.ts';
import type { Selectors } from '../../../../sandbox/aws/events/trails.ts';
import { management, member } from './fixture.ts';
import { names, sso, start, stranger, type TrailFixture } from './trailFixture.ts';

describe('what is reported to event buses', () => {
  const actTwice = ({ act, root, clock }: TrailFixture) => {
    act(root, 'EnableAWSServiceAccess', sso);
    act(root, 'DescribeOrganization');
    clock.advance(1000);
  };
  const field = (Field: string, more: object) => ({ Field, ...more });
  const advanced = (...FieldSelectors: object[]): Selectors => ({
    kind: 'Advanced',
    selectors: [{ FieldSelectors: JSON.parse(JSON.stringify(FieldSelectors)) }],
  });
  const basic = (more: JsonObject): Selectors => ({ kind: 'Basic', selectors: [more] });
  const managementEvents = field('eventCategory', { Equals: ['Management'] });

  it.each<readonly [string, Selectors, string[]]>([
    ['everything', basic({ ReadWriteType: 'All', IncludeManagementEvents: true }), ['Enable', 'Describe']],
    ['writes', basic({ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }), ['Enable']],
    ['reads', basic({ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }), ['Describe']],
    ['data alone', basic({ ReadWriteType: 'All', IncludeManagementEvents: false }), []],
    [
      'all but one source',
      basic({ ReadWriteType: 'All', ExcludeManagementEventSources: ['organizations.amazonaws.com'] }),
      [],
    ],
    ['all, field by field', advanced(managementEvents), ['Enable', 'Describe']],
    [
      'writes, field by field',
      advanced(managementEvents, field('readOnly', { Equals: ['false'] })),
      ['Enable'],
    ],
    ['data, field by field', advanced(field('eventCategory', { Equals: ['Data'] })), []],
    [
      'all but what begins so',
      advanced(managementEvents, field('eventName', { NotStartsWith: ['Enable'] })),
      ['Describe'],
    ],
    [
      'another source',
      advanced(managementEvents, field('eventSource', { Equals: ['sso.amazonaws.com'] })),
      [],
    ],
  ])('is what the trail selects: %s', (_about, selectors, reported) => {
    const fixture = start({ trail: false });
    fixture.half.cloudTrail.put({ account: management, selectors });
    fixture.listen(management, 'us-east-1', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    actTwice(fixture);
    const verbs = names(fixture.received).map((name) =>
      String(name).replace(/(AWSService|Organization).*/, ''),
    );
    // Enabling makes the service's role, too.
    expect(verbs.filter((verb) => !verb.startsWith('CreateService'))).toEqual(reported);
  });

  it.each<readonly [string, Parameters<TrailFixture['half']['cloudTrail']['put']>[0], boolean]>([
    ['there is a trail of the account', { account: management }, true],
    ['the trail does not log', { account: management, isLogging: false }, false],
    ["the trail is another account's", { account: stranger }, false],
    [
      'the trail is of one other region',
      { account: management, homeRegion: 'eu-west-1', multiRegion: false },
      false,
    ],
    [
      'the trail is at home in another region, and of all',
      { account: management, homeRegion: 'eu-west-1' },
      true,
    ],
  ])('depends on the trail: %s', (_about, trail, reported) => {
    const fixture = start({ trail: false });
    fixture.half.cloudTrail.put(trail);
    fixture.listen(management, 'us-east-1');
    actTwice(fixture);
    expect(names(fixture.received).includes('EnableAWSServiceAccess')).toBe(reported);
  });

  it('comes from member accounts through the trail of the organization', () => {
    const fixture = start({ trail: false });
    fixture.half.cloudTrail.put({ account: management, ofOrganization: true });
    fixture.listen(member, 'us-east-1');
    fixture.act(
      rootUser(fixture.aws.world, member),
      'CreateServiceLinkedRole',
      { AWSServiceName: 'sso.amazonaws.com' },
      'iam',
    );
    fixture.clock.advance(1000);
    expect(names(fixture.received)).toEqual(['CreateServiceLinkedRole']);
  });

  it('has no reads for a rule that did not ask for them', () => {
    const fixture = start();
    fixture.listen(management, 'us-east-1');
    actTwice(fixture);
    expect(names(fixture.received)).not.toContain('DescribeOrganization');
  });
});

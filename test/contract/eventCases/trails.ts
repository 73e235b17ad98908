import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  type LookupAttribute,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { DescribeRuleCommand } from '@aws-sdk/client-eventbridge';
import { done, type EventCase, type EventFixture, refused, shows } from './eventCase.ts';
import { makeQueue } from './queueSteps.ts';
import { putRule } from './rules.ts';

const arn = (name: string, region = 'us-east-1') => `arn:aws:cloudtrail:${region}:123456789012:trail/${name}`;
const status =
  (Name: string) =>
  ({ cloudTrail }: EventFixture) =>
    cloudTrail.send(new GetTrailStatusCommand({ Name }));
const selectors =
  (TrailName: string) =>
  ({ cloudTrail }: EventFixture) =>
    cloudTrail.send(new GetEventSelectorsCommand({ TrailName }));
const lookup =
  (more: LookupEventsCommandInput = {}) =>
  ({ cloudTrail }: EventFixture) =>
    cloudTrail.send(new LookupEventsCommand(more));
const by = (AttributeKey: LookupAttribute['AttributeKey'], AttributeValue: string) =>
  lookup({ LookupAttributes: [{ AttributeKey, AttributeValue }] });

export const trailCases: readonly EventCase[] = [
  {
    about: 'trails',
    steps: [
      {
        says: 'are described, those of other regions too',
        call: ({ cloudTrail }) => cloudTrail.send(new DescribeTrailsCommand({})),
        shows: shows({
          trailList: [
            {
              Name: 'every-event',
              HomeRegion: 'us-east-1',
              TrailARN: 'arn:aws:cloudtrail:us-east-1:<account>:trail/every-event',
              IsMultiRegionTrail: true,
              HasCustomEventSelectors: false,
            },
            { Name: 'writes', HomeRegion: 'eu-west-1', HasCustomEventSelectors: true },
          ],
        }),
      },
      {
        says: 'are described without their shadows',
        call: ({ cloudTrail }) => cloudTrail.send(new DescribeTrailsCommand({ includeShadowTrails: false })),
        shows: shows({ trailList: [{ Name: 'every-event' }] }),
      },
      {
        says: 'that are not there are not described',
        call: ({ cloudTrail }) => cloudTrail.send(new DescribeTrailsCommand({ trailNameList: ['nowhere'] })),
        shows: shows({ trailList: [] }),
      },
      {
        says: 'tell whether they log',
        call: status('every-event'),
        shows: shows({ IsLogging: true, StartLoggingTime: '<time>' }),
      },
      {
        says: 'of another region are asked by ARN',
        call: status(arn('writes', 'eu-west-1')),
        shows: shows({ IsLogging: false }),
      },
      {
        says: 'of another region are not known by name',
        call: status('writes'),
        shows: refused('TrailNotFoundException'),
      },
      {
        says: 'have names of at least three characters',
        call: status('x'),
        shows: refused('InvalidTrailNameException'),
      },
      {
        says: 'have ARNs of CloudTrail',
        call: status('arn:aws:sqs:us-east-1:123456789012:q'),
        shows: refused('CloudTrailARNInvalidException'),
      },
      {
        says: 'tell what they select',
        call: selectors('every-event'),
        shows: shows({
          TrailARN: 'arn:aws:cloudtrail:us-east-1:<account>:trail/every-event',
          EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }],
        }),
      },
      {
        says: 'tell what they select field by field',
        call: selectors(arn('writes', 'eu-west-1')),
        shows: shows({
          AdvancedEventSelectors: [
            {
              FieldSelectors: [
                { Field: 'eventCategory', Equals: ['Management'] },
                { Field: 'readOnly', Equals: ['false'] },
              ],
            },
          ],
        }),
      },
      {
        says: 'that are not there select nothing',
        call: selectors('nowhere'),
        shows: refused('TrailNotFoundException'),
      },
      {
        says: 'stop',
        call: ({ cloudTrail }) => cloudTrail.send(new StopLoggingCommand({ Name: 'every-event' })),
        shows: done,
      },
      {
        says: 'tell that they stopped',
        call: status('every-event'),
        shows: shows({ IsLogging: false, StopLoggingTime: '<time>' }),
      },
    ],
  },
  {
    about: 'the event history',
    given: async (fixture) => {
      for (const name of ['a', 'b', 'c']) await makeQueue(name)(fixture);
      await putRule()(fixture);
      await fixture.events.send(new DescribeRuleCommand({ Name: 'r' }));
    },
    steps: [
      {
        says: 'tells of one kind of event, the newest first',
        call: by('EventName', 'CreateQueue'),
        shows: shows({
          Events: Array.from({ length: 3 }, () => ({
            EventName: 'CreateQueue',
            EventSource: 'sqs.amazonaws.com',
            ReadOnly: 'false',
            Username: 'tester',
            EventTime: '<time>',
          })),
        }),
      },
      {
        says: 'has the whole record as text',
        call: async (fixture) => {
          const { Events } = await by('EventName', 'PutRule')(fixture);
          return JSON.parse(Events?.[0]?.CloudTrailEvent ?? '');
        },
        shows: shows({
          eventName: 'PutRule',
          requestParameters: { name: 'r' },
          responseElements: { ruleArn: 'arn:aws:events:us-east-1:<account>:rule/r' },
          userIdentity: { type: 'IAMUser', userName: 'tester' },
          eventCategory: 'Management',
        }),
      },
      {
        says: 'tells of reads alone',
        call: by('ReadOnly', 'true'),
        shows: shows({
          Events: [
            { EventName: 'LookupEvents' },
            { EventName: 'LookupEvents' },
            { EventName: 'DescribeRule' },
          ],
        }),
      },
      {
        says: 'comes in pages',
        call: async (fixture) => {
          const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'CreateQueue' }];
          const first = await lookup({ LookupAttributes, MaxResults: 2 })(fixture);
          const { NextToken } = first;
          const rest = await lookup({ LookupAttributes, MaxResults: 2, NextToken })(fixture);
          return { first: first.Events?.length, rest: rest.Events?.length, more: !!rest.NextToken };
        },
        shows: shows({ first: 2, rest: 1, more: false }),
      },
      {
        says: 'tells nothing of the future',
        call: lookup({ StartTime: new Date('2999-01-01T00:00:00Z') }),
        shows: shows({ Events: [] }),
      },
      {
        says: 'wants the start before the end',
        call: lookup({ StartTime: new Date(2000), EndTime: new Date(1000) }),
        shows: refused('InvalidTimeRangeException'),
      },
      {
        says: 'is asked by one attribute',
        call: lookup({
          LookupAttributes: [
            { AttributeKey: 'EventName', AttributeValue: 'a' },
            { AttributeKey: 'Username', AttributeValue: 'b' },
          ],
        }),
        shows: refused('InvalidLookupAttributesException'),
      },
      {
        says: 'gives at most fifty',
        call: lookup({ MaxResults: 51 }),
        shows: refused('InvalidMaxResultsException'),
      },
      {
        says: 'knows its tokens',
        call: lookup({ NextToken: 'nonsense' }),
        shows: refused('InvalidNextTokenException'),
      },
    ],
  },
];

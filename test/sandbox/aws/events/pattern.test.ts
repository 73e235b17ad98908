import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../../sandbox/aws/events/pattern.ts';
import { PatternInvalid } from '../../../../sandbox/aws/events/patternInvalid.ts';

const disable = {
  source: 'aws.organizations',
  'detail-type': 'AWS API Call via CloudTrail',
  account: '111111111111',
  resources: [],
  detail: {
    eventName: 'DisableAWSServiceAccess',
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::111111111111:assumed-role/Admin/alice' },
    requestParameters: { servicePrincipal: 'sso.amazonaws.com' },
    responseElements: null,
    count: 5,
    flag: true,
    tags: ['red', 'green'],
    parts: [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ],
  },
};

const cases: readonly (readonly [about: string, pattern: object, matches: boolean])[] = [
  ['the source', { source: ['aws.organizations'] }, true],
  ['another source', { source: ['aws.sso'] }, false],
  [
    'one of several values',
    { detail: { eventName: ['EnableAWSServiceAccess', 'DisableAWSServiceAccess'] } },
    true,
  ],
  ['every field must match', { source: ['aws.organizations'], detail: { eventName: ['Other'] } }, false],
  ['case counts', { source: ['AWS.organizations'] }, false],
  ['null', { detail: { responseElements: [null] } }, true],
  ['null is not absence', { detail: { nothing: [null] } }, false],
  ['a boolean', { detail: { flag: [true] } }, true],
  ['a number is not its text', { detail: { count: ['5'] } }, false],
  ['a list matches by any of its values', { detail: { tags: ['green', 'blue'] } }, true],
  ['an empty list has no value', { resources: ['x'] }, false],
  ['a list of objects matches by one of them', { detail: { parts: { key: ['b'], value: [2] } } }, true],
  ['but not by two halves', { detail: { parts: { key: ['a'], value: [2] } } }, false],
  ['prefix', { detail: { eventName: [{ prefix: 'Disable' }] } }, true],
  ['exists', { detail: { eventName: [{ exists: true }] } }, true],
  ['exists not', { detail: { errorCode: [{ exists: false }] } }, true],
  ['exists not, under nothing', { detail: { error: { code: [{ exists: false }] } } }, true],
  ['exists sees leaves alone', { detail: { userIdentity: [{ exists: true }] } }, false],
  ['names of every object are no fields', { constructor: [{ exists: true }] }, false],
];

describe('what an event pattern matches', () => {
  it.each(cases)('%s', (_about, pattern, matches) => {
    expect(parsePattern(JSON.stringify(pattern)).matches(disable)).toBe(matches);
  });

  it('matches an event by the very values it has', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), scalar, { minKeys: 1 }), (detail) => {
        const exact = Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, [value]]));
        expect(parsePattern(JSON.stringify({ detail: exact })).matches({ detail })).toBe(true);
        const absent = Object.fromEntries(Object.keys(detail).map((name) => [name, [{ exists: false }]]));
        expect(parsePattern(JSON.stringify({ detail: absent })).matches({ detail })).toBe(false);
      }),
    );
  });
});

describe('what is no event pattern', () => {
  it.each([
    ['text', 'source'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['an empty list', '{"source":[]}'],
    ['a scalar where a list belongs', '{"source":"aws.organizations"}'],
    ['a list in a list', '{"source":[["a"]]}'],
    ['an unknown comparison', '{"source":[{"like":"a"}]}'],
    ['a comparison of every object', '{"source":[{"toString":"a"}]}'],
    ['two comparisons in one', '{"source":[{"prefix":"a","suffix":"b"}]}'],
    ['a prefix that is no text', '{"source":[{"prefix":1}]}'],
    ['exists without true or false', '{"source":[{"exists":"yes"}]}'],
    ['2,049 characters', JSON.stringify({ source: ['x'.repeat(2049 - 15)] })],
  ])('%s', (_about, text) => {
    expect(() => parsePattern(text)).toThrow(PatternInvalid);
  });

  it('takes 2,048 characters', () => {
    const text = JSON.stringify({ source: ['x'.repeat(2048 - 15)] });
    expect(text.length).toBe(2048);
    expect(parsePattern(text).matches({ source: 'x'.repeat(2048 - 15) })).toBe(true);
  });
});

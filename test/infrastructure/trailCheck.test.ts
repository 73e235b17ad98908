import { describe, expect, it } from 'vitest';
import { type FieldSelector, judgeTrails, type ObservedTrail } from '../../src/infrastructure/trailCheck.ts';

const trail = (more: Partial<ObservedTrail> = {}): ObservedTrail => ({
  name: 'all',
  logging: true,
  multiRegion: true,
  homeRegion: 'eu-west-1',
  selectors: { basic: [{ readWriteType: 'All', management: true }], advanced: [] },
  ...more,
});

const advanced = (...fields: Partial<FieldSelector>[]) => ({
  selectors: {
    basic: [],
    advanced: [{ fields: fields.map((selector) => ({ field: '', equals: [], notEquals: [], ...selector })) }],
  },
});
const management = { field: 'eventCategory', equals: ['Management'] };

describe('whether a trail makes events of Organizations calls', () => {
  it.each<[string, Partial<ObservedTrail>]>([
    ['of all Regions', {}],
    ['of this Region alone', { multiRegion: false, homeRegion: 'us-east-1' }],
    [
      'of writes alone',
      { selectors: { basic: [{ readWriteType: 'WriteOnly', management: true }], advanced: [] } },
    ],
    ['whose selectors may not be read', { selectors: undefined }],
    ['with an advanced selector for management events', advanced(management)],
    ['with one for writes', advanced(management, { field: 'readOnly', equals: ['false'] })],
    [
      'with one that leaves out KMS',
      advanced(management, { field: 'eventSource', notEquals: ['kms.amazonaws.com'] }),
    ],
  ])('a trail %s does', (_, more) => {
    expect(judgeTrails([trail({ name: 'off', logging: false }), trail(more)], 'us-east-1')).toEqual({
      good: true,
      message: 'trail all logs management events in us-east-1',
    });
  });

  it.each<[string, Partial<ObservedTrail>, string]>([
    ['switched off', { logging: false }, 'logging disabled'],
    ['of another Region', { multiRegion: false }, 'is of eu-west-1 alone'],
    [
      'of data events',
      { selectors: { basic: [{ readWriteType: 'All', management: false }], advanced: [] } },
      'does not log',
    ],
    [
      'of reads',
      { selectors: { basic: [{ readWriteType: 'ReadOnly', management: true }], advanced: [] } },
      'does not log',
    ],
    [
      'with an advanced selector for data events',
      advanced({ field: 'eventCategory', equals: ['Data'] }),
      'does not log',
    ],
    ['with one for reads', advanced(management, { field: 'readOnly', equals: ['true'] }), 'does not log'],
    [
      'with one for another service',
      advanced(management, { field: 'eventSource', equals: ['kms.amazonaws.com'] }),
      'does not log',
    ],
  ])('a trail %s does not', (_, more, why) => {
    const { good, message } = judgeTrails([trail(more)], 'us-east-1');
    expect(good).toBe(false);
    expect(message).toContain(why);
  });

  it('no trail at all does not, and it says what to do', () => {
    expect(judgeTrails([], 'us-east-1')).toEqual({
      good: false,
      message: expect.stringContaining('Create a multi-Region trail'),
    });
  });
});

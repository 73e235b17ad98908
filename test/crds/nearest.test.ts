import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/crds/nearest.ts';

describe('The nearest word', () => {
  it.each([
    ['gaurdduty', ['macie', 'guardduty', 'sso'], 'guardduty'],
    ['SSO', ['ssm', 'sso'], 'sso'],
    ['guarduty', ['guardduty'], 'guardduty'],
    ['hepler', ['chained', 'helper'], 'helper'],
    ['production', ['dev', 'staging'], undefined],
    ['foo', ['sso'], undefined],
    ['', ['sso'], undefined],
    ['sso', [], undefined],
  ])('is found: of %j among %j it is %j', (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant);
  });
});

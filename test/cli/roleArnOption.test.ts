import { describe, expect, it } from 'vitest';
import { roleArnOption } from '../../src/cli/roleArnOption.ts';

const parse = (arn: string) => roleArnOption('a role').parseArg?.(arn, undefined);

describe('--role-arn', () => {
  it.each(['arn:aws:iam::111111111111:role/x', 'arn:aws-us-gov:iam::111111111111:role/a/path/x'])(
    'accepts %s',
    (arn) => {
      expect(parse(arn)).toBe(arn);
    },
  );

  it.each([
    ['arn:aws:iam::11111111111:role/x', '11 digits; 12 needed'],
    ['arn:aws:iam::1111111111111:role/x', '13 digits; 12 needed'],
    ['arn:aws:iam::111111111111:user/x', 'not the ARN of a role'],
    ['arn:aws:iam::111111111111:role/', 'not the ARN of a role'],
    ['operator', 'not the ARN of a role'],
  ])('refuses %s because: %s', (arn, why) => {
    expect(() => parse(arn)).toThrow(why);
  });
});

import { InvalidArgumentError, type Option } from 'commander';
import { environmentOption } from './environmentOption.ts';

/** `--role-arn`, refused before any call when it cannot be the ARN of a role. */
export function roleArnOption(description: string): Option {
  return environmentOption('--role-arn <arn>', description).argParser(roleArn);
}

function roleArn(text: string): string {
  const [, account = '', name = ''] = /^arn:aws[a-z-]*:iam::([^:]*):role\/(.*)$/.exec(text) ?? [];
  if (/^\d+$/.test(account) && account.length !== 12) {
    throw new InvalidArgumentError(`Account ${account} has ${account.length} digits; 12 needed.`);
  }
  if (/^\d{12}$/.test(account) && /^[\w+=,.@/-]+$/.test(name)) return text;
  throw new InvalidArgumentError('It is not the ARN of a role, such as arn:aws:iam::111111111111:role/NAME.');
}

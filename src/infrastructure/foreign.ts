import { ownerTag } from './ownership.ts';

/** A rule or a role has the name of this set-up and does something else; `setup` changes nothing. For people. */
export class ForeignResourceError extends Error {
  override readonly name = 'ForeignResourceError';
}

export function foreignRule(name: string, region: string): ForeignResourceError {
  return new ForeignResourceError(
    `Rule ${name} in ${region} has another event pattern and lacks the tag ${ownerTag.key}=${ownerTag.value}, so setup changes nothing. Choose another --rule-name; if CloudFormation or Terraform created the rule, deploy deploy/iam/events again.`,
  );
}

export function foreignRole(name: string): ForeignResourceError {
  return new ForeignResourceError(
    `Role ${name} has other policies and lacks the tag ${ownerTag.key}=${ownerTag.value}, so setup changes nothing. Choose another --rule-name; if CloudFormation or Terraform created the role, deploy deploy/iam/events again.`,
  );
}

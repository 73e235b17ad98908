/** What admission, the operator and `plan` have to agree about: a resource, a policy, and whether it is permitted. */
export interface PolicyCase {
  /** A sentence about the resource. */
  readonly title: string;
  /** As in the policy file. */
  readonly policy: object;
  readonly labels: Readonly<Record<string, string>>;
  /** Valid by the CRD's schema. */
  readonly spec: object;
  /** Fields of the resource that the refusal names; empty: the policy permits the resource. */
  readonly refused: readonly string[];
}

export const permitted = (
  title: string,
  policy: object,
  spec: object,
  labels?: PolicyCase['labels'],
): PolicyCase => refused(title, policy, spec, [], labels);
export const refused = (
  title: string,
  policy: object,
  spec: object,
  fields: readonly string[],
  labels: PolicyCase['labels'] = {},
): PolicyCase => ({ title, policy, spec, labels, refused: fields });

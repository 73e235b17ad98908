import type { WantedRole } from './forwarding.ts';
import type { Attributes } from './infrastructure.ts';

/**
 * One change to the event infrastructure, as data. `why` is a phrase for people. `region`: of a rule elsewhere than in the
 * Organizations Region.
 */
export type Step = { readonly why: string; readonly region?: string } & (
  | {
      readonly kind: 'CreateQueue';
      readonly name: string;
      readonly attributes: Attributes;
      readonly tags: Attributes;
    }
  | { readonly kind: 'SetQueueAttributes'; readonly name: string; readonly attributes: Attributes }
  | { readonly kind: 'TagQueue'; readonly name: string; readonly tags: Attributes }
  | {
      readonly kind: 'PutRule';
      readonly name: string;
      readonly pattern: string;
      readonly description: string;
      readonly tags: Attributes | undefined;
    }
  | { readonly kind: 'EnableRule'; readonly name: string }
  | { readonly kind: 'TagRule'; readonly name: string; readonly arn: string; readonly tags: Attributes }
  | {
      readonly kind: 'PutTarget';
      readonly ruleName: string;
      readonly id: string;
      readonly arn: string;
      readonly deadLetterArn?: string;
      readonly roleArn?: string;
    }
  | { readonly kind: 'RemoveTarget'; readonly ruleName: string; readonly id: string }
  | { readonly kind: 'DeleteRule'; readonly name: string }
  | { readonly kind: 'DeleteQueue'; readonly name: string }
  | { readonly kind: 'CreateRole'; readonly role: WantedRole; readonly tags: Attributes }
  | { readonly kind: 'SetRole'; readonly role: WantedRole }
  | { readonly kind: 'DeleteRole'; readonly role: WantedRole }
);

export interface InfrastructurePlan {
  /** In the order in which they have to be done. None: nothing has to change. */
  readonly steps: readonly Step[];
  /** What a person should know or do besides. */
  readonly notes: readonly string[];
  /** Why no event can arrive even after these steps; one of the notes. */
  readonly blocked?: string;
}

import { partitionOf } from '../awsApi/partitions.ts';
import { InfrastructureSpecError } from './infrastructureSpecError.ts';

/**
 * A rule in the Region of Identity Center that sends its events to the default bus of the Organizations Region. A target
 * in another Region needs a role. Source: EventBridge user guide, "Sending and receiving events between AWS Regions".
 */
export interface ForwardingSpec {
  readonly region: string;
  readonly rule: { readonly name: string; readonly arn: string; readonly targetId: string };
  readonly role: {
    readonly name: string;
    readonly arn: string;
    readonly policyName: string;
    /** JSON. */
    readonly trust: string;
    readonly policy: string;
  };
  /** ARN of the bus that it sends to. */
  readonly bus: string;
}

interface ForwardingOptions {
  readonly identityCenterRegion?: string;
  readonly accountId: string;
  readonly partition: string;
  readonly ruleName: string;
  /** The Organizations Region. */
  readonly region: string;
  readonly bus: string;
}

/** Letters that a name of AWS may have at most. */
const longestName = 64;

/** Undefined when no Region is given, or Identity Center is in the Organizations Region. Throws an InfrastructureSpecError. */
export function forwardingSpecOf(options: ForwardingOptions): ForwardingSpec | undefined {
  const { identityCenterRegion: from, accountId, partition, ruleName, region, bus } = options;
  if (from === undefined || from === region) return undefined;
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(from) || partitionOf(from).id !== partition) {
    throw new InfrastructureSpecError(
      `"${from}" is no Region of the partition ${partition}. Give the Region of your Identity Center instance as --identity-center-region.`,
    );
  }
  const name = `${ruleName}-forwarding`;
  if (name.length > longestName) {
    throw new InfrastructureSpecError(
      `"${name}" is too long for a rule and a role. Give a --rule-name of at most ${longestName - '-forwarding'.length} characters.`,
    );
  }
  return {
    region: from,
    rule: {
      name,
      arn: `arn:${partition}:events:${from}:${accountId}:rule/${name}`,
      targetId: 'organizations-region',
    },
    role: {
      name,
      arn: `arn:${partition}:iam::${accountId}:role/${name}`,
      policyName: 'put-events',
      trust: document({ Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      policy: document({ Action: 'events:PutEvents', Resource: bus }),
    },
    bus,
  };
}

function document(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

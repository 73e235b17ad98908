import type { SettingsFor } from '../awsApi/clientSettings.ts';
import { partitionOf } from '../awsApi/partitions.ts';
import type { QueueAddress } from '../awsApi/queueAddress.ts';
import { eventPattern } from '../eventFormat/eventPattern.ts';
import { operatorSource } from '../eventFormat/heartbeatEvent.ts';
import { stsCallerIdentity } from '../events/callerIdentity.ts';
import { causingCalls } from '../events/causes.ts';
import type { LinkReading, ReadLinks } from '../events/links.ts';
import { type FeedingRule, feedingRules } from '../infrastructure/feedingRules.ts';
import { defaultName } from '../infrastructure/infrastructureSpec.ts';
import { policyWith, QueuePolicyError } from '../infrastructure/queuePolicy.ts';
import { judgeTrails, type ObservedTrail } from '../infrastructure/trailCheck.ts';
import { observeTrails } from '../infrastructure/trails.ts';
import { patternLacks } from './doctor/patternLacks.ts';
import { queueAttributes } from './doctor/queueAttributes.ts';
import { trailRemedy } from './doctor/trailRemedy.ts';

/** What is asked of AWS about the way of the events to one queue. Each call rejects when it is refused or fails. */
export interface LinkFacts {
  /** Account of the process's own credentials. */
  account(signal: AbortSignal): Promise<string | undefined>;
  rules(queueArn: string, region: string, signal: AbortSignal): Promise<readonly FeedingRule[]>;
  /** Undefined when the queue has none. */
  policy(address: QueueAddress, region: string, signal: AbortSignal): Promise<string | undefined>;
  trails(region: string, signal: AbortSignal): Promise<readonly ObservedTrail[]>;
}

/** The facts as the SDK's clients read them, with the process's own credentials. */
export function awsLinkFacts(settingsFor: SettingsFor): LinkFacts {
  const identity = stsCallerIdentity(settingsFor);
  return {
    account: async (signal) => (await identity(signal))?.split(':')[4],
    rules: (queueArn, region, signal) => feedingRules(queueArn, region, settingsFor, signal),
    async policy(address, region, signal) {
      const { url, endpoint } = address;
      return (await queueAttributes({ url, endpoint, region }, settingsFor, signal))?.['Policy'];
    },
    trails: (region, signal) => observeTrails(region, settingsFor, signal),
  };
}

/**
 * Reads the links from the trail to the queue. Only a bus and trails of the queue's own account say anything about it: of a
 * queue in another account every link is unknown. A link that may not be read is unknown, and so is every failed read.
 */
export function linkReader(facts: LinkFacts, homeRegion: () => Promise<string>): ReadLinks {
  return async (address, signal) => {
    const accountId = await facts.account(signal);
    if (accountId !== address.accountId) return { accountId, links: [] };
    const region = address.region ?? partitionOf(await homeRegion()).organizationsRegion;
    const arn = `arn:${partitionOf(region).id}:sqs:${region}:${accountId}:${address.name}`;
    const [trails, rules, policy] = await Promise.all([
      facts.trails(region, signal).then(
        (found) => trailLink(found, region),
        () => unknown('Trail'),
      ),
      facts.rules(arn, region, signal).catch(() => undefined),
      facts.policy(address, region, signal).then(
        (text) => ({ text }),
        () => undefined,
      ),
    ]);
    const setup = (rule: string) => setupCommand(rule, address.name);
    return {
      accountId,
      links: [
        trails,
        ruleLink(rules, address.name, setup),
        targetLink(rules, address.name, setup),
        policyLink(policy, rules, arn, setup),
      ],
    };
  };
}

const unknown = (link: LinkReading['link']): LinkReading => ({ link, state: 'Unknown', message: '' });
const healthy = (link: LinkReading['link']): LinkReading => ({ link, state: 'Healthy', message: '' });
const broken = (link: LinkReading['link'], message: string): LinkReading => ({
  link,
  state: 'Broken',
  message,
});

/**
 * The events without which a drift arrives late or never. A rule of an earlier release lacks events that were added since:
 * doctor reports those.
 */
const neededPattern = {
  source: ['aws.organizations', operatorSource],
  'detail-type': eventPattern['detail-type'],
  detail: { eventName: [...new Set(Object.values(causingCalls).flat()), 'Heartbeat'] },
};

type Setup = (rule: string) => string;

function setupCommand(rule: string, queue: string): string {
  return [
    'trusted-access setup',
    ...(rule === defaultName ? [] : [`--rule-name ${rule}`]),
    ...(queue === defaultName ? [] : [`--queue-name ${queue}`]),
  ].join(' ');
}

function trailLink(trails: readonly ObservedTrail[], region: string): LinkReading {
  const { good, message } = judgeTrails(trails, region);
  if (good) return healthy('Trail');
  const [command, ...more] = trailRemedy(trails, region);
  const remedy = more.length === 0 && command !== undefined ? command : 'trusted-access doctor';
  return broken(
    'Trail',
    `No API call becomes an event, because ${message}. To repair the trail, run ${remedy}`,
  );
}

/** Healthy when one of the rules lets all events through. */
function ruleLink(rules: readonly FeedingRule[] | undefined, queue: string, setup: Setup): LinkReading {
  const faults = (rules ?? []).map((rule) => ({ rule, fault: faultOf(rule) }));
  const [first] = faults;
  if (first === undefined) return unknown('Rule');
  if (faults.some(({ fault }) => fault === undefined)) return healthy('Rule');
  return broken(
    'Rule',
    `Rule ${first.rule.name} ${first.fault}, so events do not reach queue ${queue}. To repair the rule, run ${setup(first.rule.name)}`,
  );
}

function faultOf({ pattern, enabled }: FeedingRule): string | undefined {
  if (!enabled) return 'is disabled';
  const lacks = patternLacks(pattern, neededPattern);
  return lacks.length === 0 ? undefined : `does not let through ${lacks.join('; ')}`;
}

function targetLink(rules: readonly FeedingRule[] | undefined, queue: string, setup: Setup): LinkReading {
  if (rules === undefined) return unknown('Target');
  if (rules.length > 0) return healthy('Target');
  return broken(
    'Target',
    `No rule of the default event bus sends events to queue ${queue}. To create rule and target, run ${setup(queue)}`,
  );
}

/** A policy of another form than setup's may let the rule in as well: heartbeats show that. */
function policyLink(
  policy: { readonly text: string | undefined } | undefined,
  rules: readonly FeedingRule[] | undefined,
  queueArn: string,
  setup: Setup,
): LinkReading {
  const [rule] = rules ?? [];
  if (policy === undefined || rule === undefined) return unknown('QueuePolicy');
  const [, partition = '', , region = '', account = '', queue = ''] = queueArn.split(':');
  const ruleArn = `arn:${partition}:events:${region}:${account}:rule/${rule.name}`;
  try {
    if (policyWith(policy.text, queueArn, ruleArn) === undefined) return healthy('QueuePolicy');
  } catch (error) {
    if (!(error instanceof QueuePolicyError)) throw error;
  }
  return broken(
    'QueuePolicy',
    `The policy of queue ${queue} does not let rule ${rule.name} send messages. To repair the policy, run ${setup(rule.name)}`,
  );
}

import type { Outcome } from '../../sandbox/aws/dispatch.ts';
import type { Members } from '../../sandbox/aws/service.ts';
import type { LinkFacts } from '../../src/cli/channelLinks.ts';
import type { CallAws } from './calls.ts';

/** What the links on the way of the events are, read over the simulated network. */
export function factsOver(call: CallAws): LinkFacts {
  const ask = async (service: string, operation: string, input: Members, signal: AbortSignal) => {
    const { output }: Outcome & { ok: true } = await call({ service, operation, input }, signal);
    return output;
  };
  return {
    account: async (signal) => String((await ask('sts', 'GetCallerIdentity', {}, signal))['Account']),
    async rules(queueArn, _region, signal) {
      const { RuleNames } = await ask('events', 'ListRuleNamesByTarget', { TargetArn: queueArn }, signal);
      return Promise.all(
        (RuleNames as string[]).map(async (name) => {
          const { EventPattern, State } = await ask('events', 'DescribeRule', { Name: name }, signal);
          return { name, pattern: String(EventPattern), enabled: State === 'ENABLED' };
        }),
      );
    },
    async policy({ url }, _region, signal) {
      const input = { QueueUrl: url, AttributeNames: ['All'] };
      const { Attributes } = await ask('sqs', 'GetQueueAttributes', input, signal);
      return (Attributes as { Policy?: string }).Policy;
    },
    async trails(_region, signal) {
      const { trailList } = await ask('cloudtrail', 'DescribeTrails', {}, signal);
      return Promise.all(
        (trailList as { Name: string; HomeRegion: string; IsMultiRegionTrail: boolean }[]).map(
          async ({ Name, HomeRegion, IsMultiRegionTrail }) => ({
            name: Name,
            homeRegion: HomeRegion,
            multiRegion: IsMultiRegionTrail,
            logging: (await ask('cloudtrail', 'GetTrailStatus', { Name }, signal))['IsLogging'] === true,
            selectors: undefined,
          }),
        ),
      );
    },
  };
}

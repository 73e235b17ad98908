import { CloudError } from '../../../controller/ports.ts';
import { forwardedPattern, isEventPattern } from '../../../eventFormat/eventPattern.ts';
import type { Check } from '../check.ts';
import { ok, skip, warn } from '../finding.ts';
import { setupCommand, unreadable } from './source.ts';

/** Whether events of Identity Center reach the rule when its instance is in another Region. */
export const forwardingCheck: Check = {
  name: 'forwarding',
  title: 'events of Identity Center',
  group: 'Events',
  needs: ['identity-center'],
  async run({ aws, options }) {
    if (options.eventQueue.length === 0) return skip('no --event-queue: no event has to arrive');
    try {
      const found = await aws.identityCenter();
      if (found?.region === undefined) return skip('there is no instance whose events could arrive');
      const { region } = found;
      const { region: organizationsRegion } = await aws.infrastructureSpec();
      if (region === organizationsRegion) return ok(`the instance is in ${region}, as is the rule`);
      const { spec, rule, targets } = await aws.forwarding(region);
      const fault =
        rule === undefined
          ? 'does not exist'
          : !rule.enabled
            ? 'is disabled'
            : !isEventPattern(rule.pattern, forwardedPattern)
              ? 'has another event pattern'
              : targets.every(({ arn }) => arn !== spec.bus)
                ? `does not send to ${spec.bus}`
                : undefined;
      if (fault === undefined) return ok(`rule ${spec.rule.name} forwards them from ${region}`);
      return warn(
        `the instance is in ${region}, and rule ${spec.rule.name} there ${fault}: a new or deleted instance is detected at the next resync`,
        `${setupCommand(options)} --identity-center-region ${region}`,
        'or ignore it, if another rule forwards these events',
      );
    } catch (error) {
      if (error instanceof CloudError) return skip('the Region of Identity Center could not be read');
      return unreadable(error);
    }
  },
};

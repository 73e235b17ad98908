import { rootUser } from '../../../../sandbox/aws/callers.ts';
import { manualClock } from '../../../../sandbox/aws/clock.ts';
import { addEventHalf } from '../../../../sandbox/aws/events/eventHalf.ts';
import type { JsonObject } from '../../../../sandbox/aws/events/json.ts';
import type { Caller } from '../../../../sandbox/aws/identity.ts';
import { addAccount, addOrganization } from '../../../../sandbox/aws/seed.ts';
import { createSimulatedAws } from '../../../../sandbox/aws/simulatedAws.ts';
import { management, member } from './fixture.ts';

export const stranger = '333333333333';
export const sso = { ServicePrincipal: 'sso.amazonaws.com' };
export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** An organization on a clock of its own, and all that its default bus in us-east-1 hears. */
export function start({ seed = 1, trail = true, partition = 'aws', account = management } = {}) {
  const clock = manualClock(Date.UTC(2026, 4, 3, 21, 5, 9));
  const aws = createSimulatedAws({ clock, seed, settings: { throttles: 'off' } });
  const half = addEventHalf(aws);
  addOrganization(aws.world, { managementAccountId: management, members: [member], partition });
  addAccount(aws.world, { id: stranger, partition });
  if (trail) half.cloudTrail.put({ account, partition });
  const received: JsonObject[] = [];
  const listen = (
    listener: string,
    region: string,
    state?: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
  ) => {
    const bus = half.buses.find({ partition, account: listener, region });
    const rule = half.buses.putRule(bus, {
      name: 'all',
      eventPattern: '{"account":[{"exists":true}]}',
      ...(state ? { state } : {}),
    });
    half.buses.putTarget(bus, rule, {
      id: 'anything',
      arn: `arn:${partition}:lambda:${region}:${listener}:function:f`,
      deadLetterArn: undefined,
      members: {},
    });
  };
  half.buses.deliveries.subscribe(({ event }) => received.push(event));
  const act = (
    caller: Caller,
    operation: string,
    input = {},
    service = 'organizations',
    region = 'us-east-1',
  ) => aws.actAs(caller, region)(service, operation, input);
  return { clock, aws, half, received, listen, act, root: rootUser(aws.world, management) };
}

export const details = (received: readonly JsonObject[]) => received.map((event) => event['detail']);
export const names = (received: readonly JsonObject[]) =>
  received.map((event) => Object(event['detail']).eventName as unknown);

export type TrailFixture = ReturnType<typeof start>;

import { type Stream, stream } from '../records.ts';
import type { BusSettings, EntryFailure } from './busSettings.ts';
import type { CloudEvent } from './cloudEvent.ts';
import {
  limitExceeded,
  mostRules,
  mostTargets,
  notFound,
  type Rule,
  ruleFrom,
  type Target,
  validation,
  type WantedRule,
} from './rules.ts';

export interface BusPlace {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

export interface Bus extends BusPlace {
  readonly name: string;
  readonly arn: string;
  readonly rules: Map<string, Rule>;
  /** By rule name, then by target id. */
  readonly targets: Map<string, Map<string, Target>>;
  /** Of the bus and its rules, by ARN. */
  readonly tags: Map<string, Map<string, string>>;
  policy: string | undefined;
}

/** One event on its way from a rule to one of its targets. */
export interface Routed {
  readonly rule: Rule;
  readonly target: Target;
  readonly event: CloudEvent;
}

export interface DeliveryReport extends Routed {
  /** Absent: delivered. */
  readonly failure?: EntryFailure;
}

export interface Publication {
  /** A read that CloudTrail recorded: only rules that ask for all management events get it. */
  readonly managementRead?: boolean;
}

/** The event buses of all accounts and regions. Errors are EventBridge's own. */
export interface Buses {
  readonly settings: BusSettings;
  /** Every delivery, with what became of it. */
  readonly deliveries: Stream<DeliveryReport>;
  /** By name or ARN; there are default buses alone. @throws ResourceNotFoundException */
  find(place: BusPlace, nameOrArn?: string): Bus;
  putRule(bus: Bus, wanted: WantedRule): Rule;
  /** @throws ResourceNotFoundException */
  rule(bus: Bus, name: string): Rule;
  deleteRule(bus: Bus, name: string): void;
  putTarget(bus: Bus, rule: Rule, target: Target): void;
  targetsOf(bus: Bus, rule: Rule): readonly Target[];
  /** The bus and the ARN itself, when a bus or rule has that ARN. @throws ResourceNotFoundException */
  owner(arn: string): Bus;
  /** Hands the event to every rule that wants it. */
  publish(bus: Bus, event: CloudEvent, publication?: Publication): void;
}

/** `deliver` puts a routed event into its target, or says why it could not. */
export function createBuses(needs: {
  readonly settings: BusSettings;
  deliver(routed: Routed): EntryFailure | undefined;
}): Buses {
  const { settings } = needs;
  const buses = new Map<string, Bus>();
  const deliveries = stream<DeliveryReport>();

  const make = (place: BusPlace): Bus => {
    const { partition, account, region } = place;
    const bus: Bus = {
      partition,
      account,
      region,
      name: 'default',
      arn: busArn(place, 'default'),
      rules: new Map(),
      targets: new Map(),
      tags: new Map(),
      policy: undefined,
    };
    buses.set(bus.arn, bus);
    return bus;
  };
  const deliver = (routed: Routed): void => {
    const failure = needs.deliver(routed);
    deliveries.publish(failure === undefined ? routed : { ...routed, failure });
  };
  return {
    settings,
    deliveries,
    find: (place, nameOrArn = 'default') => {
      const arn = nameOrArn.startsWith('arn:') ? nameOrArn : busArn(place, nameOrArn);
      const found = buses.get(arn) ?? (arn === busArn(place, 'default') ? make(place) : undefined);
      if (found === undefined) throw notFound(`Event bus ${nameOrArn}`);
      return found;
    },
    ...ruleKeeping(buses),
    publish(bus, event, { managementRead = false } = {}) {
      for (const rule of bus.rules.values()) {
        if (!receives(rule, managementRead) || !rule.pattern?.matches(event)) continue;
        for (const target of bus.targets.get(rule.name)?.values() ?? []) deliver({ rule, target, event });
      }
    },
  };
}

type RuleKeeping = Pick<Buses, 'putRule' | 'rule' | 'deleteRule' | 'putTarget' | 'targetsOf' | 'owner'>;

function ruleKeeping(buses: ReadonlyMap<string, Bus>): RuleKeeping {
  return {
    putRule(bus, wanted) {
      if (!bus.rules.has(wanted.name) && bus.rules.size >= mostRules) throw limitExceeded();
      const rule = ruleFrom(wanted, bus, ruleArn(bus, wanted.name));
      bus.rules.set(rule.name, rule);
      return rule;
    },
    rule(bus, name) {
      const rule = bus.rules.get(name);
      if (rule === undefined) throw notFound(`Rule ${name} on EventBus ${bus.name}`);
      return rule;
    },
    deleteRule(bus, name) {
      if ((bus.targets.get(name)?.size ?? 0) > 0)
        throw validation("Rule can't be deleted since it has targets.");
      bus.rules.delete(name);
      bus.targets.delete(name);
      bus.tags.delete(ruleArn(bus, name));
    },
    putTarget(bus, rule, target) {
      const targets = bus.targets.get(rule.name) ?? new Map<string, Target>();
      if (!targets.has(target.id) && targets.size >= mostTargets) throw limitExceeded();
      targets.set(target.id, target);
      bus.targets.set(rule.name, targets);
    },
    targetsOf: (bus, rule) => [...(bus.targets.get(rule.name)?.values() ?? [])],
    owner(arn) {
      const found = [...buses.values()].find(
        (bus) => bus.arn === arn || [...bus.rules.values()].some((rule) => rule.arn === arn),
      );
      if (found === undefined) throw notFound(arn);
      return found;
    },
  };
}

function receives({ state }: Rule, managementRead: boolean): boolean {
  return state === 'ENABLED' ? !managementRead : state === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
}

function busArn({ partition, account, region }: BusPlace, name: string): string {
  return `arn:${partition}:events:${region}:${account}:event-bus/${name}`;
}

/** The name of the default bus is not in the ARN of its rules. */
function ruleArn({ partition, account, region }: Bus, rule: string): string {
  return `arn:${partition}:events:${region}:${account}:rule/${rule}`;
}

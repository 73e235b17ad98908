/** What of a trail decides whether it makes events. */
export interface ObservedTrail {
  readonly name: string;
  readonly logging: boolean;
  readonly multiRegion: boolean;
  readonly homeRegion: string;
  /** Undefined: may not be read, as with an organization's trail seen from outside its account. */
  readonly selectors: TrailSelectors | undefined;
}

export interface TrailSelectors {
  readonly basic: readonly {
    /** All, ReadOnly or WriteOnly. */
    readonly readWriteType: string;
    readonly management: boolean;
  }[];
  readonly advanced: readonly { readonly fields: readonly FieldSelector[] }[];
}

export interface FieldSelector {
  readonly field: string;
  readonly equals: readonly string[];
  readonly notEquals: readonly string[];
}

export interface TrailVerdict {
  readonly good: boolean;
  /** One sentence: which trail does it, or what to do. */
  readonly message: string;
}

/**
 * Events of API calls exist only where a trail logs management events.
 * Source: EventBridge user guide, "AWS service events delivered via CloudTrail".
 */
export function judgeTrails(trails: readonly ObservedTrail[], region: string): TrailVerdict {
  const good = trails.find((trail) => faultOf(trail, region) === undefined);
  if (good !== undefined)
    return { good: true, message: `trail ${good.name} logs management events in ${region}` };
  if (trails.length === 0) {
    return {
      good: false,
      message: `there is no trail in ${region}; without a trail that logs management events there are no events of API calls. Create a multi-Region trail`,
    };
  }
  const faults = trails.map((trail) => `${trail.name} ${faultOf(trail, region)}`);
  return { good: false, message: `no trail logs management events in ${region}: ${faults.join('; ')}` };
}

function faultOf(
  { logging, multiRegion, homeRegion, selectors }: ObservedTrail,
  region: string,
): string | undefined {
  if (!multiRegion && homeRegion !== region) return `is of ${homeRegion} alone`;
  if (!logging) return 'has logging disabled';
  if (selectors === undefined || logsOrganizationsWrites(selectors)) return undefined;
  return 'does not log management events of AWS Organizations that write';
}

function logsOrganizationsWrites({ basic, advanced }: TrailSelectors): boolean {
  return (
    basic.some(({ management, readWriteType }) => management && readWriteType !== 'ReadOnly') ||
    advanced.some(
      ({ fields }) => fields.every(letsThrough) && fields.some(({ field }) => field === 'eventCategory'),
    )
  );
}

/** What the events listened to have in the fields that advanced selectors can ask for. */
const subscription: Readonly<Record<string, string>> = {
  eventCategory: 'Management',
  readOnly: 'false',
  eventSource: 'organizations.amazonaws.com',
};

function letsThrough({ field, equals, notEquals }: FieldSelector): boolean {
  const value = subscription[field];
  if (value === undefined) return true;
  return (equals.length === 0 || equals.includes(value)) && !notEquals.includes(value);
}

import { isArray, type JsonObject, memberOf } from './json.ts';

export type Selectors =
  | { readonly kind: 'Basic'; readonly selectors: readonly JsonObject[] }
  | { readonly kind: 'Advanced'; readonly selectors: readonly JsonObject[] };

export interface Trail {
  readonly name: string;
  readonly account: string;
  readonly partition: string;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
  /** Logs for every account of the organization whose management account made it. */
  readonly ofOrganization: boolean;
  readonly bucket: string;
  selectors: Selectors;
  isLogging: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number | undefined;
  stoppedAt: number | undefined;
}

export interface NewTrail {
  readonly account: string;
  readonly name?: string;
  /** us-east-1 when absent. */
  readonly homeRegion?: string;
  readonly partition?: string;
  /** True when absent. */
  readonly multiRegion?: boolean;
  readonly ofOrganization?: boolean;
  readonly isLogging?: boolean;
  /** All management events when absent, as a new trail has it. */
  readonly selectors?: Selectors;
}

/** What a trail selects when nobody said: every management event. */
export const everyManagementEvent: Selectors = {
  kind: 'Basic',
  selectors: [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
};

export function trailArn({ partition, homeRegion, account, name }: Trail): string {
  return `arn:${partition}:cloudtrail:${homeRegion}:${account}:trail/${name}`;
}

interface Selectable {
  readonly readOnly: boolean;
  readonly eventSource: string;
  readonly eventName: string;
}

/** Whether the trail writes down such a management event ("Logging management events", CloudTrail User Guide). */
export function selects({ selectors: { kind, selectors } }: Trail, event: Selectable): boolean {
  return selectors.some((selector) =>
    kind === 'Basic' ? basic(selector, event) : advanced(selector, event),
  );
}

function basic(selector: JsonObject, { readOnly, eventSource }: Selectable): boolean {
  const wanted = memberOf(selector, 'ReadWriteType') ?? 'All';
  const excluded = memberOf(selector, 'ExcludeManagementEventSources');
  return (
    memberOf(selector, 'IncludeManagementEvents') !== false &&
    (wanted === 'All' || (wanted === 'ReadOnly') === readOnly) &&
    !(isArray(excluded) && excluded.includes(eventSource))
  );
}

function advanced(selector: JsonObject, event: Selectable): boolean {
  const values: Readonly<Record<string, string>> = {
    eventCategory: 'Management',
    readOnly: String(event.readOnly),
    eventSource: event.eventSource,
    eventName: event.eventName,
    eventType: 'AwsApiCall',
  };
  const fields = memberOf(selector, 'FieldSelectors');
  return (
    isArray(fields) &&
    fields.every((field) => {
      const value = values[String(memberOf(field, 'Field'))];
      return value !== undefined && comparisons.every((compare) => compare(field, value));
    })
  );
}

const comparisons = [
  some('Equals', (value, text) => value === text),
  some('StartsWith', (value, text) => value.startsWith(text)),
  some('EndsWith', (value, text) => value.endsWith(text)),
  none('NotEquals', (value, text) => value === text),
  none('NotStartsWith', (value, text) => value.startsWith(text)),
  none('NotEndsWith', (value, text) => value.endsWith(text)),
];

type Compare = (value: string, text: string) => boolean;
type FieldTest = (field: Parameters<typeof memberOf>[0], value: string) => boolean;

function some(operator: string, compare: Compare): FieldTest {
  return (field, value) => {
    const texts = memberOf(field, operator);
    return !isArray(texts) || texts.some((text) => compare(value, String(text)));
  };
}

function none(operator: string, compare: Compare): FieldTest {
  return (field, value) => {
    const texts = memberOf(field, operator);
    return !isArray(texts) || !texts.some((text) => compare(value, String(text)));
  };
}
